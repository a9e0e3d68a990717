import { createLimitStore, type LimitStore } from '../../src/models/limits/limit-store.ts'
import type { RateLimits } from '../../src/models/limits/rate-limits.ts'
import type { Model } from '../../src/models/model.ts'
import { describeModel } from '../../src/models/servers/describe-model.ts'
import { silentLogger } from '../../src/platform/logger.ts'
import { connectRedis, type Redis } from '../../src/platform/redis/redis.ts'
import { startPrivateRedis } from './redis.ts'
import type { Cleanup } from './system.ts'

/** A store of limits in a Redis of its own. */
export async function openLimitStore(
  t: Cleanup,
  leaseMs = 60_000,
): Promise<{ redis: Redis; store: LimitStore }> {
  const { url } = await startPrivateRedis(t)
  const connections = connectRedis(url, silentLogger())
  t.after(() => connections.close())
  const redis = await connections.commands('test')
  return { redis, store: createLimitStore(redis, leaseMs) }
}

/** A model with these limits, at a server with those. */
export function limitedModel(limits?: RateLimits, ofServer?: RateLimits, name = 'limited'): Model {
  const server = {
    ...{ name: 'a {server}', baseUrl: 'http://127.0.0.1:9/v1', apiKey: '', timeoutMs: 1000 },
    ...(ofServer && { limits: ofServer }),
  }
  return describeModel({
    ...{ name, provider: 'test', output: 'json_schema', supportsVision: false, server },
    ...(limits && { limits }),
  })
}

/** What a call of a test uses, and how it ends. */
export const NEED = { input: 10, output: 10 }
export const END = { used: NEED, pauseMs: 0, said: null }
