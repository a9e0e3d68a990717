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

/** What is made of such a value: at once where it is cached, since a promise costs more than the look. */
export function cachedAs<K extends {}, V extends {}, Made>(
  cache: LRUCache<K, V, unknown>,
  key: K,
  make: (value: V | undefined) => Made,
): Made | Promise<Made> {
  const known = cache.get(key)
  return known === undefined ? cache.fetch(key).then(make) : make(known)
}
