import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createShardRotation } from '../../../../src/runs/start/shard-rotation.ts'

test('every shard has its turn, as long as any other, wherever the first one is', () => {
  for (const [shards, start] of [
    [1, 0],
    [3, 0.5],
    [16, 0.999],
  ] as const) {
    const next = createShardRotation(shards, () => start)
    const seen = Array.from({ length: shards * 8 * 5 }, next)
    assert.equal(seen[0], Math.floor(start * shards))
    for (let shard = 0; shard < shards; shard += 1) {
      assert.equal(seen.filter((each) => each === shard).length, 8 * 5)
    }
  }
})

test('runs that come together go to the same shard, mostly', () => {
  const next = createShardRotation(16, () => 0)
  const seen = Array.from({ length: 160 }, next)
  assert.equal(seen.filter((shard, at) => at > 0 && shard !== seen[at - 1]).length, 19)
})
