import { type JobsOptions, Queue, type QueueOptions } from 'bullmq'
import type { Redis } from './platform/redis.ts'

/**
 * What a job carries: where the run is, never what it holds. The store knows the rest, and decides; the queue only
 * delivers. The id of a job is the id of its run, so adding it twice is adding it once.
 */
export interface RunJob {
  readonly project: string
  readonly task: string
  /** The revision that the caller insists on, if any: it spares the worker a read before the claim. */
  readonly revision: string | null
}

export const RUN_QUEUE = 'run'

/** BullMQ's keys stand under the shard's own hash tag, apart from the records of runs. */
export const queuePrefix = (shard: number): string => `{s${shard}}:q`

/**
 * A job leaves no trace when it ends. It is delivered again for as long as its worker fails to settle it, which only
 * happens while Redis is in trouble: what can go wrong with a run itself is the run's outcome, not the job's.
 */
const JOB_OPTIONS: JobsOptions = {
  removeOnComplete: true,
  removeOnFail: true,
  attempts: 1000,
  backoff: { type: 'fixed', delay: 1000 },
}

export type RunQueue = ReturnType<typeof openRunQueue>

/** The producer's side of the queue of one shard. */
export function openRunQueue(redis: Redis, shard: number, onError: (error: Error) => void) {
  const options: QueueOptions = {
    connection: redis,
    prefix: queuePrefix(shard),
    defaultJobOptions: JOB_OPTIONS,
    // Nobody reads BullMQ's events here; the stream must not grow for nothing.
    streams: { events: { maxLen: 100 } },
    skipVersionCheck: true,
  }
  const queue = new Queue<RunJob, void>(RUN_QUEUE, options)
  queue.on('error', onError)
  return {
    /** Resolves when the job is in Redis. */
    add: async (runId: string, job: RunJob): Promise<void> => {
      await queue.add(RUN_QUEUE, job, { jobId: runId })
    },
    /** Removes a job that no worker has; one that is not there is no error. */
    remove: async (runId: string): Promise<void> => {
      await queue.remove(runId)
    },
    close: () => queue.close(),
  }
}

/** How many jobs of a shard wait for a worker. */
export function countWaiting(redis: Redis, shard: number): Promise<number> {
  return redis.llen(`${queuePrefix(shard)}:${RUN_QUEUE}:wait`)
}
