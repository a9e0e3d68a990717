import type { Redis } from '../platform/redis/redis.ts'
import { loadScript } from '../platform/redis/script.ts'
import { addDelta } from './add-delta.ts'
import { textToDelta } from './delta.ts'
import { FieldSums } from './rollup.ts'
import { totalKeys } from './total-keys.ts'

const merge = loadScript(new URL('./scripts/merge.lua', import.meta.url))

/** How many deltas are merged at a time: few enough that Redis serves others in between. */
const BATCH = 500
const DAY_SECONDS = 86_400

interface Sum {
  readonly index: string
  readonly key: string
  readonly name: string
  readonly ttl: number
  readonly sums: FieldSums
}

/**
 * Merges the deltas of a shard that were stored before this call into the totals; each delta once, also when several
 * processes merge at the same time.
 * @param reportDays for how many days the totals of a day are kept
 */
export async function mergeDeltas(redis: Redis, shard: number, reportDays: number): Promise<void> {
  const keys = totalKeys(shard)
  let waiting = await redis.llen(keys.deltas)
  while (waiting > 0) {
    const deltas = await redis.lrange(keys.deltas, 0, BATCH - 1)
    if (deltas.length === 0) return
    const sums = [...addUp(shard, deltas, reportDays).values()]
    const merged = await merge(
      redis,
      [keys.deltas, ...sums.flatMap(({ index, key }) => [index, key])],
      [
        deltas[0] ?? '',
        deltas.length,
        ...sums.flatMap(({ name, ttl, sums: added }) => [name, ttl, added.all().flat().join(' ')]),
      ],
    )
    // When another process merged the first delta meanwhile, only that one is known to be done.
    waiting -= merged === 1 ? deltas.length : 1
  }
}

function addUp(shard: number, deltas: readonly string[], reportDays: number): Map<string, Sum> {
  const keys = totalKeys(shard)
  const found = new Map<string, Sum>()
  for (const text of deltas) {
    const delta = textToDelta(text)
    addDelta(delta, (name, day) => {
      const key = day ? keys.dayRollup(name, day) : keys.rollup(name)
      const known = found.get(key)
      if (known) return known.sums
      const index = day ? keys.dayRollups(delta.project, day) : keys.rollups
      const sums = new FieldSums()
      found.set(key, { index, key, name, ttl: day ? reportDays * DAY_SECONDS : 0, sums })
      return sums
    })
  }
  return found
}
