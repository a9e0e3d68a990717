import { resolve } from 'node:path'
import { type Config, ConfigError } from '../config.ts'
import { findEmbeddedRedis, openEmbeddedRedis } from '../platform/embedded-redis/embedded-redis.ts'
import type { Lifecycle } from '../platform/lifecycle.ts'
import type { Logger } from '../platform/logger.ts'
import { RedisUnusableError } from '../platform/redis/await-redis.ts'

/** Where a process finds its Redis: as REDIS_URL says it. What it opens for that is closed with `lifecycle`. */
export type FindRedis = (config: Config, log: Logger, lifecycle: Lifecycle) => Promise<string>

const ADVICE =
  'set it to the Redis that all processes share, such as redis://127.0.0.1:6379. Only `npm start` starts a Redis of its own'

/**
 * The Redis of REDIS_URL, and no other: a process that serves would otherwise begin with an empty one, in silence.
 * @throws {ConfigError} when it is not set
 */
export const givenRedis: FindRedis = async ({ redisUrl }) => {
  if (redisUrl === null) throw new ConfigError(`REDIS_URL is not set: ${ADVICE}`)
  return redisUrl
}

/**
 * The Redis of REDIS_URL; where that is not set, the one of an `npm start` that runs on the same data folder.
 * @throws {ConfigError} when there is neither
 */
export const givenOrRunningRedis: FindRedis = async (config) => {
  const found = config.redisUrl ?? (await orUnusable(findEmbeddedRedis(config.dataDir)))
  if (found !== null) return found
  throw new ConfigError(
    `REDIS_URL is not set, and no \`npm start\` runs on the folder ${resolve(config.dataDir)}: start it, or ${ADVICE}`,
  )
}

/**
 * The Redis of REDIS_URL; where that is not set, an embedded one.
 * @throws {RedisUnusableError} when it cannot be started
 */
export const givenOrEmbeddedRedis: FindRedis = async ({ redisUrl, dataDir }, log, lifecycle) => {
  if (redisUrl !== null) return redisUrl
  const redis = await orUnusable(openEmbeddedRedis({ dataDir: resolve(dataDir), log }))
  lifecycle.onClose('embedded redis', () => redis.close())
  return redis.socketPath
}

async function orUnusable<T>(opening: Promise<T>): Promise<T> {
  try {
    return await opening
  } catch (error) {
    throw new RedisUnusableError((error as Error).message, { cause: error })
  }
}
