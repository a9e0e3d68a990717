import type { Redis } from '../platform/redis/redis.ts'
import { loadScript } from '../platform/redis/script.ts'
import { addDelta, type KnownSums } from './add-delta.ts'
import { textToDelta } from './delta.ts'
import { FieldSums, type Period, type SumsOf } from './rollup.ts'
import { totalKeys } from './total-keys.ts'

const merge = loadScript(new URL('./scripts/merge.lua', import.meta.url))

/** How many deltas are merged at a time: few enough that Redis serves others in between. */
const BATCH = 500
const DAY_SECONDS = 86_400
/** Of a day as text, with which that of an hour begins. */
const DAY_LENGTH = 8

/** For how many days totals are kept. */
export interface KeptTotals {
  /** Those of days, for reports. */
  readonly reportDays: number
  /** Those of hours, for comparisons. */
  readonly comparisonDays: number
}

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
 */
export async function mergeDeltas(redis: Redis, shard: number, kept: KeptTotals): Promise<void> {
  const keys = totalKeys(shard)
  let waiting = await redis.llen(keys.deltas)
  while (waiting > 0) {
    const deltas = await redis.lrange(keys.deltas, 0, BATCH - 1)
    if (deltas.length === 0) return
    const sums = [...addUp(shard, deltas, kept).values()]
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

function addUp(shard: number, deltas: readonly string[], kept: KeptTotals): Map<string, Sum> {
  const keys = totalKeys(shard)
  const found = new Map<string, Sum>()
  const known: KnownSums = new Map()
  for (const text of deltas) {
    const delta = textToDelta(text)
    const sumsOf: SumsOf = (name, period) => {
      const key = period ? keys.periodRollup(name, period.text) : keys.rollup(name)
      const before = found.get(key)
      if (before) return before.sums
      const sums = new FieldSums()
      found.set(key, { ...placeOf(delta, name, period), key, sums })
      return sums
    }
    addDelta(delta, sumsOf, known)
  }
  return found

  function placeOf(
    { project, task }: { project: string; task: string },
    name: string,
    period: Period,
  ): Pick<Sum, 'index' | 'name' | 'ttl'> {
    if (!period) return { index: keys.rollups, name, ttl: 0 }
    const { kind, text } = period
    if (kind !== 'hour') {
      const index = kind === 'day' ? keys.dayRollups(project, text) : keys.keyRollups(project, text)
      return { index, name, ttl: kept.reportDays * DAY_SECONDS }
    }
    const index = keys.hourRollups(project, task, text.slice(0, DAY_LENGTH))
    return { index, name: `${name}:${text}`, ttl: kept.comparisonDays * DAY_SECONDS }
  }
}
