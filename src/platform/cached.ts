import type { LRUCache } from 'lru-cache'

/**
 * The options of a cache whose values expire after so many ms. The clock is asked with each look; by default the library
 * sets a timer every millisecond to ask it less often, which costs more.
 */
export const expiringAfter = (ms: number) => ({ ttl: ms, ttlResolution: 0 })

/**
 * The value of a cache, fetched when it is missing. `get` first, since `fetch` costs ten times as much for a cached
 * value.
 */
export function cached<K extends {}, V extends {}>(
  cache: LRUCache<K, V, unknown>,
  key: K,
): V | Promise<V | undefined> {
  return cache.get(key) ?? cache.fetch(key)
}
