import type { RunWorker } from '../../workers/run-worker.ts'
import type { Config } from '../config.ts'
import { type ProcessState, startProcessServer } from '../http/port/process-server.ts'
import { sharedNow } from '../platform/clock.ts'
import type { Lifecycle } from '../platform/lifecycle.ts'
import { createProcessMetrics } from '../platform/process-metrics.ts'
import type { Redis } from '../platform/redis/redis.ts'
import { countWaiting } from '../queue/run-jobs.ts'
import type { WorkerHealth } from '../runs/execute/worker-health.ts'

/** A worker that starts no run for this long, while jobs are waiting, is stuck. */
const STUCK_AFTER_MS = 30_000

/** Opens the port for the process's own metrics and health. Null when none is configured. */
export async function openProcessPort(
  { config, lifecycle }: { config: Config; lifecycle: Lifecycle },
  state: ProcessState,
): Promise<number | null> {
  if (config.metricsPort === null) return null
  const server = await startProcessServer(config.host, config.metricsPort, state)
  lifecycle.onClose('process port', () => server.close())
  return server.port
}

/** The metrics and the health of a process's workers, one per shard. */
export function workerState(
  redis: Redis,
  workers: readonly RunWorker[],
  health: WorkerHealth,
  foreignFiles: () => boolean,
): ProcessState {
  const metrics = createProcessMetrics(redis, [
    {
      name: 'splitrun_active_runs',
      help: 'Runs that this process executes now.',
      read: () => workers.reduce((sum, worker) => sum + worker.active(), 0),
    },
    {
      name: 'splitrun_last_progress_timestamp_seconds',
      help: 'When a run last started or ended in this process.',
      read: () => Math.max(...workers.map((worker) => worker.lastProgress())) / 1000,
    },
    {
      name: 'splitrun_worker_well',
      help: '0 while this process cannot execute runs by its own fault, and takes none.',
      read: () => (health.well ? 1 : 0),
    },
    {
      name: 'splitrun_foreign_files',
      help: '1 while the janitor here removes no files, because their folder is not known to belong to this Redis.',
      read: () => (foreignFiles() ? 1 : 0),
    },
  ])
  return {
    metrics,
    // Healthy means that runs could be executed here, and that jobs are consumed, or that none is waiting. That Redis can
    // be reached is not enough.
    async healthy() {
      if (!health.well) return false
      const recent = sharedNow() - STUCK_AFTER_MS
      const waiting = await Promise.all(
        workers.map(async (worker, shard) =>
          worker.active() > 0 || worker.lastProgress() > recent ? 0 : countWaiting(redis, shard),
        ),
      )
      return waiting.every((count) => count === 0)
    },
  }
}
