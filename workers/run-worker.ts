import type { Logger } from '../src/platform/logger.ts'
import type { Redis } from '../src/platform/redis/redis.ts'
import type { Execution, WorkerSide } from '../src/runs/execute/execute-run.ts'
import type { WorkerHealth } from '../src/runs/execute/worker-health.ts'
import type { Claim } from '../src/runs/store/claim.ts'
import type { RunStore } from '../src/runs/store/run-store.ts'

export interface RunWorkerOptions {
  readonly shard: number
  readonly connection: Redis
  /** Receives the runs that are dispatched to this worker; used for nothing else. */
  readonly dispatchConnection: Redis
  readonly runs: RunStore
  /** Id of this worker process. */
  readonly worker: string
  /** Most runs of one model at once; there are more places, for other models. */
  readonly concurrency: number
  /** How many runs may be claimed of each lane (see `laneOf`) that is limited now. */
  readonly limited: () => ReadonlyMap<string, number>
  /** For how many ms the server of a lane's model asked not to be called; 0 where it did not. */
  readonly askedFor: (lane: string) => number
  /** While it is not well, the worker takes no runs, and gives back those that it has not begun. */
  readonly health: WorkerHealth
  readonly claimsMax: number
  readonly lockDurationMs: number
  readonly stalledIntervalMs: number
  readonly graceMs: number
  readonly log: Logger
  execute(claim: Claim, side: WorkerSide): Promise<Execution>
}

export interface RunWorker {
  /** How many runs are executed now. */
  active(): number
  /** When a job was last begun or ended, ms since the epoch. */
  lastProgress(): number
  /**
   * Claims no more runs, lets the claimed ones finish within the grace period, then releases the rest. A run that cannot
   * be released, because Redis is away, is claimed by another worker when its lock has expired.
   */
  close(): Promise<void>
}
