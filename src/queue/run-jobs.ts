import { createRedisBackend, type RedisQueueBackend, Worker } from 'bullmq'
import type { Logger } from '../platform/logger.ts'
import type { Redis } from '../platform/redis/redis.ts'
import { bullmqKeys, queuePrefix, RUN_QUEUE } from './bullmq-keys.ts'
import { endWorker } from './end-worker.ts'

export interface RunJobsOptions {
  readonly shard: number
  readonly connection: Redis
  /** What the locks of this worker's jobs are known by, and how long they last without being extended. */
  readonly token: string
  readonly lockMs: number
  readonly stalledIntervalMs: number
  readonly log: Logger
}

/** A worker that nothing wakes looks after so long, in seconds; and no longer than this while something is due later. */
const IDLE_SECONDS = 5
const LONGEST_SECONDS = 10

/** Closing lets go of connections only. */
const CLOSE_MS = 2000

export type RunJobs = ReturnType<typeof openRunJobs>

/**
 * BullMQ's part in delivering the runs of a shard: waking workers that wait, extending locks, finding jobs that stalled.
 * All that moves a job together with its run is done by the scripts of the run store.
 */
export function openRunJobs(options: RunJobsOptions) {
  const { shard, token, lockMs, log } = options
  const backends: RedisQueueBackend[] = []
  // No function to process jobs: it only looks for those that stalled.
  const worker = new Worker(
    RUN_QUEUE,
    null,
    {
      connection: options.connection,
      prefix: queuePrefix(shard),
      lockDuration: lockMs,
      stalledInterval: options.stalledIntervalMs,
      // How often a run may be lost is the store's to say, not the queue's.
      maxStalledCount: 1_000_000,
      // Without `skipVersionCheck`: not knowing the version, BullMQ waits in whole seconds, and delayed jobs are late.
    },
    (...given) => {
      const made = createRedisBackend(...given)
      backends.push(made)
      return made
    },
  )
  const backend = backends[0] as RedisQueueBackend
  worker.on('error', (error) => log.warn({ err: error, shard }, 'worker'))
  void worker.startStalledCheckTimer()
  let closing = false

  return {
    /**
     * Waits until there is something to claim, or a while at most; not beyond `due` (ms since the epoch, 0 for never).
     * @throws when Redis is away; the connection is mended then before the next wait
     */
    async wait(due: number): Promise<void> {
      const seconds = due > 0 ? Math.min((due - Date.now()) / 1000, LONGEST_SECONDS) : IDLE_SECONDS
      try {
        await backend.waitForJob(Math.max(seconds, backend.minimumBlockTimeout))
      } catch (error) {
        if (!closing) await backend.reconnectBlocking().catch(() => {})
        throw error
      }
    },
    /** Extends the locks of these jobs. Those that are not this worker's any more are left as they are. */
    async extend(ids: readonly string[]): Promise<void> {
      if (ids.length === 0) return
      await backend.extendLocks(
        [...ids],
        ids.map(() => token),
        lockMs,
      )
    },
    /** Nothing wakes this worker any more: what comes is for others. A wait that goes on fails. */
    stopWaiting(): void {
      closing = true
      void backend.disconnectBlocking(false).catch(() => {})
    },
    /** After `stopWaiting`. */
    close: () => endWorker(worker, CLOSE_MS),
  }
}

/** How many jobs of a shard wait for a worker. */
export async function countWaiting(redis: Redis, shard: number): Promise<number> {
  const { wait, prioritized } = bullmqKeys(shard)
  const [listed, scored] = await Promise.all([redis.llen(wait), redis.zcard(prioritized)])
  return listed + scored
}
