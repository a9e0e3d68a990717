import { createRedisBackend, type RedisClient, type RedisQueueBackend, Worker } from 'bullmq'
import { sharedNow } from '../platform/clock.ts'
import type { Redis } from '../platform/redis/redis.ts'
import { bullmqKeys, queuePrefix, RUN_QUEUE } from './bullmq-keys.ts'
import { endWorker } from './end-worker.ts'

export interface RunJobsOptions {
  readonly shard: number
  readonly connection: Redis
  /** The token of the locks of this worker's jobs, and how long a lock lasts without being extended. */
  readonly token: string
  readonly lockMs: number
  readonly stalledIntervalMs: number
  /** Gets what fails beside the calls of this file. */
  onError(error: Error): void
}

/** How long one wait for a job lasts at most, in seconds: without a delayed job, and with one. */
const IDLE_SECONDS = 5
const LONGEST_SECONDS = 10

/** Closing only ends connections, which is quick. */
const CLOSE_MS = 2000

export type RunJobs = ReturnType<typeof openRunJobs>

/**
 * What BullMQ does for the runs of a shard: it wakes waiting workers, extends locks and finds stalled jobs. The scripts
 * of the run store do everything that changes a job together with its run.
 */
export function openRunJobs(options: RunJobsOptions) {
  const { shard, token, lockMs } = options
  const backends: RedisQueueBackend[] = []
  // Without a processor: this worker only finds stalled jobs.
  const worker = new Worker(
    RUN_QUEUE,
    null,
    {
      connection: options.connection,
      prefix: queuePrefix(shard),
      lockDuration: lockMs,
      stalledInterval: options.stalledIntervalMs,
      // The run store limits how often a run may be lost. BullMQ must not.
      maxStalledCount: 1_000_000,
      // No `skipVersionCheck`: when BullMQ does not know the version of Redis, it waits in whole seconds, and delayed
      // jobs are late.
    },
    (...args) => {
      const created = createRedisBackend(...args)
      backends.push(created)
      return created
    },
  )
  const backend = backends[0] as RedisQueueBackend
  worker.on('error', options.onError)
  void worker.startStalledCheckTimer()
  let closing = false

  return {
    /**
     * Waits until there may be a run to claim, for some seconds at most, and not beyond `due` (ms since the epoch, 0 for
     * no limit).
     * @throws when Redis is away; the connection is made again before the next wait
     */
    async wait(due: number): Promise<void> {
      const seconds = due > 0 ? Math.min((due - sharedNow()) / 1000, LONGEST_SECONDS) : IDLE_SECONDS
      try {
        await backend.waitForJob(Math.max(seconds, backend.minimumBlockTimeout))
      } catch (error) {
        if (!closing) await backend.reconnectBlocking().catch(() => {})
        throw error
      }
    },
    /** Extends the locks of these jobs. Locks that another worker has by now are not changed. */
    async extend(ids: readonly string[]): Promise<void> {
      if (ids.length === 0) return
      await backend.extendLocks(
        [...ids],
        ids.map(() => token),
        lockMs,
      )
    },
    /** Stops waking this worker, so that new jobs wake others. A wait in progress rejects. */
    stopWaiting(): void {
      closing = true
      void backend.disconnectBlocking(false).catch(() => {})
    },
    /** After `stopWaiting`. */
    async close(): Promise<boolean> {
      const ended = await endWorker(worker, CLOSE_MS)
      void backend.blockingClient?.then(keepEnded, () => {})
      return ended
    },
  }
}

/**
 * BullMQ may be about to begin its connection anew, since an answer was late, when it is closed. Nobody else has that
 * connection: it would stay, or be tried for as long as this process lives.
 */
function keepEnded(connection: RedisClient): void {
  connection.on('connecting', () => connection.disconnect())
  connection.disconnect()
}

/** How many jobs of a shard wait for a worker. */
export async function countWaiting(redis: Redis, shard: number): Promise<number> {
  const { wait, prioritized } = bullmqKeys(shard)
  const [listed, scored] = await Promise.all([redis.llen(wait), redis.zcard(prioritized)])
  return listed + scored
}
