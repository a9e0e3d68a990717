import type { Redis } from '../../src/platform/redis/redis.ts'
import { primariesOf } from '../../src/platform/redis/redis-cluster.ts'

/** The keys that match a pattern, of all of a cluster: KEYS itself asks one of its nodes. */
export async function allKeys(redis: Redis, pattern = '*'): Promise<string[]> {
  return (await Promise.all(primariesOf(redis).map(({ node }) => node.keys(pattern)))).flat()
}
