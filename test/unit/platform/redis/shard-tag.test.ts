import assert from 'node:assert/strict'
import { test } from 'node:test'
import { shardTag, slotOf } from '../../../../src/platform/redis/shard-tag.ts'

const SLOTS = 16_384

/** How many of the first shards each of so many equal primaries has. */
function spread(shards: number, primaries: number): number[] {
  const counts = Array.from({ length: primaries }, () => 0)
  for (let shard = 0; shard < shards; shard += 1) {
    const primary = Math.floor((slotOf(shardTag(shard).slice(1, -1)) * primaries) / SLOTS)
    counts[primary] = (counts[primary] ?? 0) + 1
  }
  return counts
}

test('slots are those of Redis Cluster', () => {
  // The examples of its specification, and what CLUSTER KEYSLOT says.
  assert.equal(slotOf('123456789'), 0x31c3)
  assert.equal(slotOf('foo'), 12_182)
  assert.equal(slotOf(''), 0)
})

test('every shard has a tag of its own, and dozens of them are spread evenly over equal primaries', () => {
  assert.equal(shardTag(0), '{s0}')
  assert.equal(new Set(Array.from({ length: 256 }, (_, shard) => shardTag(shard))).size, 256)
  for (const primaries of [1, 2, 3, 4, 6, 12]) {
    for (const shards of [12, 24, 252]) {
      assert.deepEqual(
        spread(shards, primaries),
        Array.from({ length: primaries }, () => shards / primaries),
      )
    }
  }
  assert.deepEqual(
    [3, 6, 9].map((shards) => spread(shards, 3)),
    [
      [1, 1, 1],
      [2, 2, 2],
      [3, 3, 3],
    ],
  )
})
