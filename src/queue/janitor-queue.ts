import { Queue } from 'bullmq'
import type { Redis } from '../platform/redis/redis.ts'

export const JANITOR_QUEUE = 'janitor'
export const JANITOR_PREFIX = '{janitor}:q'

/** The queue of the janitor's rounds. Its jobs carry no data. There is one round at a time in all processes together. */
export function openJanitorQueue(redis: Redis, onError: (error: Error) => void) {
  const queue = new Queue<null, void>(JANITOR_QUEUE, {
    connection: redis,
    prefix: JANITOR_PREFIX,
    // Nothing reads BullMQ's events here, so their stream is kept short.
    streams: { events: { maxLen: 100 } },
    skipVersionCheck: true,
  })
  queue.on('error', onError)
  return {
    /** Schedules a round every `everyMs`. Idempotent; called again, it also restores a schedule that Redis has lost. */
    async schedule(everyMs: number): Promise<void> {
      await queue.setGlobalConcurrency(1)
      const opts = { removeOnComplete: true, removeOnFail: true }
      await queue.upsertJobScheduler('tick', { every: everyMs }, { name: 'tick', opts })
    },
    close: () => queue.close(),
  }
}
