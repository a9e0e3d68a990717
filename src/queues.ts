import { type JobsOptions, Queue, type QueueOptions } from 'bullmq'
import { keysExist } from './platform/redis/keys-exist.ts'
import type { Redis } from './platform/redis/redis.ts'
import { shardTag } from './platform/redis/shard-tag.ts'

/**
 * A job carries nothing but its id, which is the id of its run: the store knows the rest, and decides; the queue only
 * delivers. So adding it twice is adding it once.
 */
export const RUN_QUEUE = 'run'

/** BullMQ's keys stand under the shard's own hash tag, apart from the records of runs. */
export const queuePrefix = (shard: number): string => `${shardTag(shard)}:q`

/** A job leaves no trace when it ends; what goes wrong with a run is the run's outcome, never the job's. */
const JOB_OPTIONS: JobsOptions = { removeOnComplete: true, removeOnFail: true }

const queueOptions = (redis: Redis, prefix: string): QueueOptions => ({
  connection: redis,
  prefix,
  // Nobody reads BullMQ's events here; the stream must not grow for nothing.
  streams: { events: { maxLen: 100 } },
  skipVersionCheck: true,
})

export type RunQueue = ReturnType<typeof openRunQueue>

/** The queue of one shard, for whoever mends it. */
export function openRunQueue(redis: Redis, shard: number, onError: (error: Error) => void) {
  const options = { ...queueOptions(redis, queuePrefix(shard)), defaultJobOptions: JOB_OPTIONS }
  const queue = new Queue<object, void>(RUN_QUEUE, options)
  queue.on('error', onError)
  return {
    /** Adds a job that got lost; the scripts of the run store add all others. */
    add: async (runId: string): Promise<void> => {
      await queue.add(RUN_QUEUE, {}, { jobId: runId })
    },
    /** Removes a job that no worker has; one that is not there is no error. */
    remove: async (runId: string): Promise<void> => {
      await queue.remove(runId)
    },
    /** Which of these runs have no job, in whatever state. */
    async withoutJob(runIds: readonly string[]): Promise<string[]> {
      const jobs = runIds.map((id) => `${queuePrefix(shard)}:${RUN_QUEUE}:${id}`)
      const found = await keysExist(redis, jobs)
      return runIds.filter((_, at) => !found[at])
    },
    close: () => queue.close(),
  }
}

/** How many jobs of a shard wait for a worker. */
export function countWaiting(redis: Redis, shard: number): Promise<number> {
  return redis.llen(`${queuePrefix(shard)}:${RUN_QUEUE}:wait`)
}

export const JANITOR_QUEUE = 'janitor'
export const JANITOR_PREFIX = '{janitor}:q'

/** The queue of the janitor's ticks, which carry nothing. One is worked on at a time, whoever has it. */
export function openJanitorQueue(redis: Redis, onError: (error: Error) => void) {
  const queue = new Queue<null, void>(JANITOR_QUEUE, queueOptions(redis, JANITOR_PREFIX))
  queue.on('error', onError)
  return {
    /** Sees to it that a tick comes every so often. Done again it changes nothing, but mends what Redis has lost. */
    async schedule(everyMs: number): Promise<void> {
      await queue.setGlobalConcurrency(1)
      const opts = { removeOnComplete: true, removeOnFail: true }
      await queue.upsertJobScheduler('tick', { every: everyMs }, { name: 'tick', opts })
    },
    close: () => queue.close(),
  }
}
