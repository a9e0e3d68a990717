import { readFileSync } from 'node:fs'
import { Redis, type RedisOptions } from 'ioredis'
import type { Logger } from './logger.ts'

export type { Redis }

/** Opens connections to the one Redis of this process. Nothing else in the project makes a `new Redis`. */
export interface RedisConnections {
  /** For commands: fails at once while Redis is away, so that a caller gets a 503 and never hangs. */
  commands(name: string): Promise<Redis>
  /** For blocking reads and for BullMQ's workers: waits for ever and reconnects by itself. */
  patient(name: string): Redis
  /** Closes every connection that was opened here. */
  close(): void
}

/** Reconnects quickly at first and never slower than every two seconds, for ever. */
const retryStrategy = (times: number): number => Math.min(50 * 2 ** Math.min(times, 6), 2000)

/** `target` is a redis:// or rediss:// URL, or the path of a unix socket. */
export function connectRedis(target: string, log: Logger): RedisConnections {
  const opened: Redis[] = []

  function open(name: string, options: RedisOptions): Redis {
    const settings = {
      connectionName: `splitrun:${name}`,
      retryStrategy,
      ...options,
      replyMapping: 'legacy' as const,
    }
    const redis = target.startsWith('/')
      ? new Redis({ path: target, ...settings })
      : new Redis(target, settings)
    redis.on('error', (error: Error) =>
      log.warn({ connection: name, reason: error.message }, 'redis connection'),
    )
    opened.push(redis)
    return redis
  }

  return {
    async commands(name) {
      const redis = open(name, {
        enableOfflineQueue: false,
        maxRetriesPerRequest: 0,
        commandTimeout: 10_000,
        lazyConnect: true,
      })
      await redis.connect()
      return redis
    },
    patient: (name) => open(name, { maxRetriesPerRequest: null }),
    close() {
      for (const redis of opened) redis.disconnect()
    },
  }
}

/** A Lua script that Redis runs as one atomic step. */
export type Script = (
  redis: Redis,
  keys: readonly string[],
  args: readonly (string | number)[],
) => Promise<unknown>

/**
 * Loads a script from a `.lua` file beside the calling module, behind the functions of `shared` where it uses those.
 * It is sent by its hash, and whole only when Redis does not know it (`NOSCRIPT`), which ioredis does by itself.
 */
export function loadScript(file: URL, shared?: URL): Script {
  const lua = [shared, file].map((each) => (each ? readFileSync(each, 'utf8') : '')).join('\n')
  const name = `splitrun:${file.pathname.split('/').slice(-3).join('/')}`
  return (redis, keys, args) => {
    const commands = redis as unknown as Record<string, (...all: unknown[]) => Promise<unknown>>
    if (!commands[name]) redis.defineCommand(name, { lua })
    return (commands[name] as (...all: unknown[]) => Promise<unknown>).call(
      redis,
      keys.length,
      ...keys,
      ...args,
    )
  }
}

/**
 * True when a command that failed cannot have had an effect: it was never sent, or Redis refused it. Of any other
 * failure of the connection nobody knows.
 */
export function wasNotExecuted(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  return /Stream isn't writeable|^(OOM|READONLY|LOADING|MISCONF|CLUSTERDOWN|MASTERDOWN|NOREPLICAS) /.test(
    error.message,
  )
}

/** True for the failures that mean "Redis cannot serve this now", as opposed to a mistake of ours. */
export function isRedisUnavailable(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  return /Connection is closed|Stream isn't writeable|Command timed out|max retries per request|ECONNREFUSED|ECONNRESET|ENOENT.*sock|^OOM |^READONLY |^LOADING |^MISCONF |^CLUSTERDOWN |^MASTERDOWN /i.test(
    `${error.message}`,
  )
}
