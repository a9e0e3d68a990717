import { setTimeout as pause } from 'node:timers/promises'
import { isRedisUnavailable } from '../../platform/redis/redis.ts'

const PAUSE_MS = 200

/**
 * Writes what must not be lost: while Redis is away it is kept in hand and tried again, so that a model which was paid
 * is not paid twice for it. Only for writes that change nothing when they are made a second time.
 * @throws what Redis failed with, when it stays away for longer than `patienceMs`, and any other failure at once
 */
export async function retryWhileRedisDown<T>(patienceMs: number, write: () => Promise<T>): Promise<T> {
  const end = Date.now() + patienceMs
  for (;;) {
    try {
      return await write()
    } catch (error) {
      if (!isRedisUnavailable(error) || Date.now() > end) throw error
      await pause(PAUSE_MS)
    }
  }
}
