import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LRUCache } from 'lru-cache'
import { atMost } from '../../../src/platform/at-most.ts'

test('a cache keeps so many entries and no more, the last used ones, also of those that it fetches', async () => {
  const fetched: number[] = []
  const cache = new LRUCache<number, { square: number }>({
    ...atMost(3),
    ttl: 60_000,
    async fetchMethod(key) {
      fetched.push(key)
      return { square: key * key }
    },
  })
  for (const key of [1, 2, 3, 1, 4]) assert.deepEqual(await cache.fetch(key), { square: key * key })
  assert.deepEqual([...cache.keys()].sort(), [1, 3, 4])
  cache.set(5, { square: 25 })
  cache.set(5, { square: 25 })
  assert.deepEqual([cache.size, cache.has(3)], [3, false])
  assert.deepEqual(fetched, [1, 2, 3, 4])
})
