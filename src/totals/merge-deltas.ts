import type { Redis } from '../platform/redis/redis.ts'
import { loadScript } from '../platform/redis/redis.ts'
import { Sums } from './rollup.ts'
import { shardKeys } from '../runs/store/run-keys.ts'
import { textToTally } from '../runs/store/run-text.ts'
import { addTally } from './delta.ts'

const fold = loadScript(new URL('./scripts/merge.lua', import.meta.url))

/** So many are summed up at a time: enough to pay, and few enough for Redis to answer others meanwhile. */
const BATCH = 500
const DAY_SECONDS = 86_400

interface Sum {
  readonly index: string
  readonly key: string
  readonly name: string
  readonly ttl: number
  readonly sums: Sums
}

/**
 * Adds to the totals of a shard what was put down before this call, each tally once, whoever else does the same.
 * @param reportDays how long a day's totals are kept
 */
export async function foldTallies(redis: Redis, shard: number, reportDays: number): Promise<void> {
  const keys = shardKeys(shard)
  let waiting = await redis.llen(keys.tallies())
  while (waiting > 0) {
    const tallies = await redis.lrange(keys.tallies(), 0, BATCH - 1)
    if (tallies.length === 0) return
    const sums = [...addUp(shard, tallies, reportDays).values()]
    const folded = await fold(
      redis,
      [keys.tallies(), ...sums.flatMap(({ index, key }) => [index, key])],
      [
        tallies[0] ?? '',
        tallies.length,
        ...sums.flatMap(({ name, ttl, sums: added }) => [name, ttl, added.all().flat().join(' ')]),
      ],
    )
    // Somebody else was faster with the first of them, and perhaps with no other.
    waiting -= folded === 1 ? tallies.length : 1
  }
}

function addUp(shard: number, tallies: readonly string[], reportDays: number): Map<string, Sum> {
  const keys = shardKeys(shard)
  const found = new Map<string, Sum>()
  for (const text of tallies) {
    const tally = textToTally(text)
    addTally(tally, (name, day) => {
      const key = keys.rollup(name, day)
      const known = found.get(key)
      if (known) return known.sums
      const index = day ? keys.dayRollups(tally.project, day) : keys.rollups()
      const sums = new Sums()
      found.set(key, { index, key, name, ttl: day ? reportDays * DAY_SECONDS : 0, sums })
      return sums
    })
  }
  return found
}
