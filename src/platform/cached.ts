import type { LRUCache } from 'lru-cache'

/** What a cache has, or else fetches: a fetch of what is there costs ten times as much as a look. */
export async function cached<K extends {}, V extends {}>(
  cache: LRUCache<K, V, unknown>,
  key: K,
): Promise<V | undefined> {
  return cache.get(key) ?? (await cache.fetch(key))
}
