import { ConfigError } from '../config.ts'
import { CommandError, EXIT_CODES } from './exit-codes.ts'

/** What a person is told of a failure, and how the process ends. */
export interface Failure {
  readonly text: string
  readonly exitCode: number
}

/** What went wrong outside of the program needs no stack trace; what nobody foresaw does. */
export async function explainFailure(error: unknown): Promise<Failure> {
  if (!(error instanceof Error)) return { text: String(error), exitCode: EXIT_CODES.failed }
  const text = error.message
  if (error instanceof CommandError) return { text, exitCode: error.exitCode }
  if (error instanceof ConfigError) return { text, exitCode: EXIT_CODES.usedWrongly }
  const { syscall } = error as NodeJS.ErrnoException
  if (syscall === 'listen') return { text, exitCode: EXIT_CODES.notReachable }
  // Loaded only here: help and completion start without a Redis client.
  const { RedisUnusableError } = await import('../platform/redis/await-redis.ts')
  const { isRedisDenied, isRedisUnavailable } = await import('../platform/redis/redis.ts')
  if (error instanceof RedisUnusableError) return { text, exitCode: EXIT_CODES.notReachable }
  if (isRedisUnavailable(error)) {
    const what = isRedisDenied(error) ? 'Redis does not permit it' : 'Redis went away'
    return { text: `${what}: ${text}`, exitCode: EXIT_CODES.notReachable }
  }
  if (syscall) return { text, exitCode: EXIT_CODES.failed }
  return { text: error.stack ?? text, exitCode: EXIT_CODES.failed }
}
