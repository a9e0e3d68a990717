import type { RunWorker } from '../workers/run.worker.ts'
import type { Config } from './config.ts'
import { type ProcessState, startProcessServer } from './http/process-server.ts'
import type { Lifecycle } from './platform/lifecycle.ts'
import { createProcessMetrics } from './platform/process-metrics.ts'
import type { Redis } from './platform/redis/redis.ts'
import { countWaiting } from './queue/run-jobs.ts'

/** A worker that begins nothing for so long while work waits does not do its work. */
const STUCK_AFTER_MS = 30_000

/** Opens the port on which a process tells of itself. Null where none is wanted. */
export async function openProcessPort(
  { config, lifecycle }: { config: Config; lifecycle: Lifecycle },
  state: ProcessState,
): Promise<number | null> {
  if (config.metricsPort === null) return null
  const server = await startProcessServer(config.host, config.metricsPort, state)
  lifecycle.onClose('process port', () => server.close())
  return server.port
}

/** What a process says of its workers, one per shard. */
export function workerState(redis: Redis, workers: readonly RunWorker[]): ProcessState {
  const metrics = createProcessMetrics(redis, [
    {
      name: 'splitrun_active_runs',
      help: 'Runs in hand in this process.',
      read: () => workers.reduce((sum, worker) => sum + worker.active(), 0),
    },
    {
      name: 'splitrun_last_progress_timestamp_seconds',
      help: 'When a run was last begun or ended here.',
      read: () => Math.max(...workers.map((worker) => worker.lastProgress())) / 1000,
    },
  ])
  return {
    metrics,
    // Alive means that work is consumed, or that there is none: never only that Redis can be reached.
    async healthy() {
      const recent = Date.now() - STUCK_AFTER_MS
      const waiting = await Promise.all(
        workers.map(async (worker, shard) =>
          worker.active() > 0 || worker.lastProgress() > recent ? 0 : countWaiting(redis, shard),
        ),
      )
      return waiting.every((count) => count === 0)
    },
  }
}
