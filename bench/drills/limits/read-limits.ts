import { Redis } from 'ioredis'
import { limitKeys } from '../../../src/models/limits/limit-keys.ts'

async function withRedis<T>(path: string, ask: (redis: Redis) => Promise<T>): Promise<T> {
  const redis = new Redis({ path })
  try {
    return await ask(redis)
  } finally {
    redis.disconnect()
  }
}

/** Sums of what is kept of a server's limits, over its models. */
const sumsOf = (path: string, server: string) =>
  withRedis(path, async (redis) => {
    const levels = Object.entries(await redis.hgetall(limitKeys(server).levels))
    return (what: string) =>
      levels
        .filter(([field]) => field.split('|')[1]?.startsWith(what))
        .reduce((all, [, value]) => all + Number(value), 0)
  })

/** Tokens that ended calls of a server's models had reserved, and used. */
export async function tokensOf(path: string, server: string) {
  const sum = await sumsOf(path, server)
  return { reserved: sum('tokens-reserved'), used: sum('tokens-used') }
}

/** How often calls had to wait. */
export const refusalsOf = async (path: string, server: string) => (await sumsOf(path, server))('refused:')

/** Leases, what they hold, and places that are taken, when nothing is under way any more. */
export const leasesOf = (path: string, server: string) =>
  withRedis(path, async (redis) => {
    const keys = limitKeys(server)
    const places = Object.entries(await redis.hgetall(keys.levels)).filter(([field]) =>
      field.endsWith('|places'),
    )
    const taken = places.reduce((all, [, count]) => all + Math.abs(Number(count)), 0)
    return (await redis.zcard(keys.leases)) + (await redis.hlen(keys.holds)) + taken
  })
