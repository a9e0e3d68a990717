import type { Redis } from './redis.ts'

/** For each of the keys, in one round trip, whether there is anything under it. */
export async function keysExist(redis: Redis, keys: readonly string[]): Promise<boolean[]> {
  const pipeline = redis.pipeline()
  for (const key of keys) pipeline.exists(key)
  const replies = (await pipeline.exec()) ?? []
  return replies.map(([error, count]) => {
    if (error) throw error
    return count === 1
  })
}
