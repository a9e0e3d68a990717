import { setTimeout as pause } from 'node:timers/promises'
import { isRedisUnavailable } from '../../platform/redis/redis.ts'

const PAUSE_MS = 200

/**
 * Writes what must not be lost. While Redis is away the write is repeated, so that no model call has to be made and paid
 * again for it. Only for idempotent writes.
 * @throws the error of Redis when it is away for longer than `timeoutMs`; any other error at once
 */
export async function retryWhileRedisDown<T>(timeoutMs: number, write: () => Promise<T>): Promise<T> {
  const end = performance.now() + timeoutMs
  for (;;) {
    try {
      return await write()
    } catch (error) {
      if (!isRedisUnavailable(error) || performance.now() > end) throw error
      await pause(PAUSE_MS)
    }
  }
}
