import { askByTag } from './ask-by-tag.ts'
import type { Redis } from './redis.ts'

/** For each of the keys whether there is anything under it. */
export async function keysExist(redis: Redis, keys: readonly string[]): Promise<boolean[]> {
  const counts = await askByTag<number>(redis, keys, (pipeline, key) => pipeline.exists(key))
  return counts.map((count) => count === 1)
}
