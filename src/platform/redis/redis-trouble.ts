import type { Logger } from '../logger.ts'
import { isRedisDenied, isRedisUnavailable } from './redis.ts'

/** Logs failures of Redis where the same thing is tried again and again. */
export interface RedisTrouble {
  /** Logs an error; but not that Redis is away, which its connections log, and once that it does not permit something. */
  warn(error: unknown, what: string): void
  /** What was tried has succeeded. */
  over(): void
}

export function createRedisTrouble(log: Logger): RedisTrouble {
  let denied = false
  return {
    warn(error, what) {
      if (isRedisDenied(error) && !denied) {
        denied = true
        log.error({ err: error }, `${what}: Redis does not permit it; it is tried until it does`)
      } else if (!isRedisUnavailable(error)) log.warn({ err: error }, what)
    },
    over() {
      if (denied) log.info('Redis permits it again')
      denied = false
    },
  }
}
