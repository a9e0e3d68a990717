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
    /** To be called once for each connection. */
    async prepare(): Promise<void> {
      await queue.setGlobalConcurrency(1)
      // That of earlier versions. BullMQ's schedules follow the clock of the machine that made them last.
      await queue.removeJobScheduler('tick')
    },
    /**
     * Makes a round due, unless one waits already, or one became due less than `pauseMs` ago, by Redis' clock: its key for
     * that expires.
     */
    async request(pauseMs: number): Promise<void> {
      // A round may take longer than it is until the next one.
      if ((await queue.getWaitingCount()) > 0) return
      const deduplication = { id: 'round', ttl: pauseMs }
      await queue.add('round', null, { deduplication, removeOnComplete: true, removeOnFail: true })
    },
    close: () => queue.close(),
  }
}
