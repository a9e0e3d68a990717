import { Queue } from 'bullmq'
import type { Redis } from '../platform/redis/redis.ts'

export const JANITOR_QUEUE = 'janitor'
export const JANITOR_PREFIX = '{janitor}:q'

/** The queue of the janitor's rounds, which carry nothing. There is one round at a time, whichever process has it. */
export function openJanitorQueue(redis: Redis, onError: (error: Error) => void) {
  const queue = new Queue<null, void>(JANITOR_QUEUE, {
    connection: redis,
    prefix: JANITOR_PREFIX,
    // Nobody reads BullMQ's events here; the stream must not grow for nothing.
    streams: { events: { maxLen: 100 } },
    skipVersionCheck: true,
  })
  queue.on('error', onError)
  return {
    /** Sees to it that a round comes every so often. Done again it changes nothing, but mends what Redis has lost. */
    async schedule(everyMs: number): Promise<void> {
      await queue.setGlobalConcurrency(1)
      const opts = { removeOnComplete: true, removeOnFail: true }
      await queue.upsertJobScheduler('tick', { every: everyMs }, { name: 'tick', opts })
    },
    close: () => queue.close(),
  }
}
