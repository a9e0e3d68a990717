import { setTimeout as pause } from 'node:timers/promises'
import type { Logger } from '../logger.ts'
import { isRedisDenied, isRedisUnavailable, type RedisConnections } from './redis.ts'

/** Redis cannot be used, for a person: where it is, without any password, and what was in the way. */
export class RedisUnusableError extends Error {
  override readonly name = 'RedisUnusableError'
}

export interface AwaitRedisOptions {
  /** What the connections lead to; it may have a password in it. */
  readonly target: string
  readonly patienceMs: number
  readonly log: Logger
  /** Ends the waiting. */
  readonly signal?: AbortSignal | undefined
}

const PAUSE_MS = 250

/**
 * Waits for a Redis that is not there yet, as when everything is started at once, or that still loads its data.
 * @throws {RedisUnusableError} when the patience is over; at once when waiting cannot help: a wrong password, no such
 *   database, something else than a Redis
 * @throws an AbortError when the signal fires
 */
export async function awaitRedis(connections: RedisConnections, options: AwaitRedisOptions): Promise<void> {
  const { target, patienceMs, log, signal } = options
  const redis = withoutLogin(target)
  const end = performance.now() + patienceMs
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await connections.probe()
    } catch (error) {
      const { message: reason } = error as Error
      if (!mayPass(error)) throw new RedisUnusableError(`Redis at ${redis} cannot be used: ${reason}`)
      if (performance.now() > end) {
        throw new RedisUnusableError(
          `Redis at ${redis} could not be used within ${patienceMs / 1000} s: ${reason}`,
        )
      }
      if (attempt === 1) log.warn({ redis, reason }, `waiting for Redis, up to ${patienceMs / 1000} s`)
    }
    await pause(PAUSE_MS, undefined, signal ? { signal } : {})
  }
}

/** A failure of the network, or of a Redis that will be able to later. */
const mayPass = (error: unknown): boolean =>
  (isRedisUnavailable(error) && !isRedisDenied(error)) || (error instanceof Error && 'syscall' in error)

const withoutLogin = (target: string): string => target.replace(/\/\/.*@/s, '//').replace(/\?.*$/s, '')
