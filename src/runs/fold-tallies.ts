import type { Redis } from '../platform/redis.ts'
import { loadScript } from '../platform/redis.ts'
import { shardKeys } from './run-keys.ts'
import { textToTally } from './run-text.ts'
import { rollupsOf } from './tally.ts'

const fold = loadScript(new URL('./scripts/fold.lua', import.meta.url))

/** So many are summed up at a time: enough to pay, and few enough for Redis to answer others meanwhile. */
const BATCH = 500
const DAY_SECONDS = 86_400

interface Sum {
  readonly index: string
  readonly key: string
  readonly name: string
  readonly ttl: number
  readonly fields: Map<string, { by: number }>
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
        ...sums.flatMap(({ name, ttl, fields }) => [
          name,
          ttl,
          [...fields].map(([field, { by }]) => `${field} ${by}`).join(' '),
        ]),
      ],
    )
    // Somebody else was faster with the first of them, and perhaps with no other.
    waiting -= folded === 1 ? tallies.length : 1
  }
}

function addUp(shard: number, tallies: readonly string[], reportDays: number): Map<string, Sum> {
  const keys = shardKeys(shard)
  const sums = new Map<string, Sum>()
  for (const tally of tallies) {
    const settled = textToTally(tally)
    for (const { day, name, increments } of rollupsOf(settled)) {
      const key = keys.rollup(name, day)
      let sum = sums.get(key)
      if (!sum) {
        const index = day ? keys.dayRollups(settled.project, day) : keys.rollups()
        sum = { index, key, name, ttl: day ? reportDays * DAY_SECONDS : 0, fields: new Map() }
        sums.set(key, sum)
      }
      for (const [field, by] of increments) {
        const known = sum.fields.get(field)
        if (known) known.by += by
        else sum.fields.set(field, { by })
      }
    }
  }
  return sums
}
