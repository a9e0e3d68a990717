import { DAY_MS } from '../platform/date-span.ts'
import { askByTag } from '../platform/redis/ask-by-tag.ts'
import type { Redis } from '../platform/redis/redis.ts'
import { type KeptTotals, mergeDeltas } from './merge-deltas.ts'
import { shadowIn } from './pair-sums.ts'
import { joinName, rollupDay, splitName } from './rollup.ts'
import { totalKeys } from './total-keys.ts'

/** Sums by field of a rollup; a missing field is 0. */
export type Totals = ReadonlyMap<string, number>

/** The task, revision and group that the totals of a day belong to. */
export interface DayOwner {
  readonly task: string
  /** Null for runs that ended before a revision was drawn. */
  readonly revision: string | null
  /** The reporting group that the runs are counted under; null for runs without one. */
  readonly group: string | null
}

/** The totals of one owner's runs on one UTC day. */
export interface DayTotals {
  readonly owner: DayOwner
  /** The start of the day, ms since the epoch. */
  readonly day: number
  readonly totals: Totals
}

/** The totals of one revision under one version of the weights, in one hour. */
export interface HourTotals {
  /** Null: of runs that are left out of comparisons. */
  readonly revision: string | null
  readonly split: number
  /** The revision that ran beside it: then these are totals of pairs, see `pair-sums.ts`, and `split` is 0. */
  readonly shadow?: string | null
  /** The start of the hour, ms since the epoch. */
  readonly hour: number
  readonly totals: Totals
}

/** How many keys are read with one round trip. */
const BATCH = 500

export type RollupStore = ReturnType<typeof createRollupStore>

/** Reads the totals of settled runs. Every run that was settled before the call is in them, with all of its numbers. */
export function createRollupStore(redis: Redis, options: KeptTotals & { shards: number }) {
  const merge = async (): Promise<void> => {
    for (let shard = 0; shard < options.shards; shard += 1) await mergeDeltas(redis, shard, options)
  }
  const shards = Array.from({ length: options.shards }, (_, shard) => totalKeys(shard))
  const readTotals = (keys: readonly string[]): Promise<Totals[]> =>
    inBatches(redis, keys, 'hgetall', (fields: Record<string, string>) => {
      return new Map(Object.entries(fields).map(([field, sum]) => [field, Number(sum)]))
    })

  return {
    /** Merges the stored deltas into the totals. The methods below do this first. */
    merge,

    /**
     * A project's totals by day, from the day that begins at `first` to the one that begins at `last`.
     * @returns null when more than `most` would have to be read
     */
    async days(
      project: string,
      range: { first: number; last: number },
      fits: (owner: DayOwner) => boolean,
      most: number,
    ): Promise<DayTotals[] | null> {
      await merge()
      const days = shards.flatMap((keys) =>
        Array.from({ length: Math.floor((range.last - range.first) / DAY_MS) + 1 }, (_, index) => {
          const day = range.first + index * DAY_MS
          return { keys, day, name: rollupDay(day) }
        }),
      )
      const indexes = days.map(({ keys, name }) => keys.dayRollups(project, name))
      const names = await inBatches(redis, indexes, 'smembers', (members: string[]) => members)
      const wanted = days.flatMap(({ keys, day, name }, at) =>
        (names[at] ?? []).flatMap((rollup) => {
          const [, task = '', revision = null, group = null] = splitName(rollup)
          const owner = { task: task ?? '', revision, group }
          return fits(owner) ? [{ owner, day, key: keys.periodRollup(rollup, name) }] : []
        }),
      )
      if (wanted.length > most) return null
      const totals = await readTotals(wanted.map(({ key }) => key))
      return wanted.map(({ owner, day }, at) => ({ owner, day, totals: totals[at] ?? new Map() }))
    },

    /** What the runs of a key have cost in some days that were counted under it, in millionths. */
    async creditsOfKey(
      project: string,
      key: string,
      { first, last }: { first: number; last: number },
    ): Promise<number> {
      await merge()
      const name = joinName([project, key])
      const days = daysBetween(first, last).map(rollupDay)
      const found = await readTotals(
        shards.flatMap((keys) => days.map((day) => keys.periodRollup(name, day))),
      )
      return found.reduce((sum, totals) => sum + (totals.get('credits') ?? 0), 0)
    },

    /**
     * A task's totals by hour, of the runs that ended in the hours that begin from `from` to `to`.
     * @returns null when more than `most` would have to be read
     */
    async hours(
      project: string,
      task: string,
      range: { from: number; to: number },
      most: number,
    ): Promise<HourTotals[] | null> {
      await merge()
      const indexes = shards.flatMap((keys) => {
        const indexOf = (day: number) => ({ keys, index: keys.hourRollups(project, task, rollupDay(day)) })
        return daysBetween(range.from, range.to).map(indexOf)
      })
      const names = await inBatches(
        redis,
        indexes.map(({ index }) => index),
        'smembers',
        (members: string[]) => members,
      )
      const wanted = indexes.flatMap(({ keys }, at) =>
        (names[at] ?? []).flatMap((member) => {
          const [name = '', text = ''] = member.split(':')
          const [, , revision = null, split] = splitName(name)
          const hour = hourOf(text)
          const shadow = split ? shadowIn(split) : null
          const owner = { revision, split: shadow ? 0 : Number(split ?? 0), shadow, hour }
          return hour >= range.from && hour <= range.to ? [{ owner, key: keys.periodRollup(name, text) }] : []
        }),
      )
      if (wanted.length > most) return null
      const totals = await readTotals(wanted.map(({ key }) => key))
      return wanted.map(({ owner }, at) => ({ ...owner, totals: totals[at] ?? new Map() }))
    },

    /**
     * All totals that are kept for ever, by name (see `joinName`). A name may come several times, from several shards.
     */
    async forEver(): Promise<{ name: string; totals: Totals }[]> {
      await merge()
      const indexes = shards.map((keys) => keys.rollups)
      const names = await inBatches(redis, indexes, 'smembers', (members: string[]) => members)
      const found = shards.flatMap((keys, at) =>
        (names[at] ?? []).map((name) => ({ name, key: keys.rollup(name) })),
      )
      const totals = await readTotals(found.map(({ key }) => key))
      return found.map(({ name }, at) => ({ name, totals: totals[at] ?? new Map() }))
    },

    /** The names of all totals that are kept for ever, as `joinName` joined them; each once. */
    async namesForEver(): Promise<string[]> {
      const indexes = shards.map((keys) => keys.rollups)
      const names = await inBatches(redis, indexes, 'smembers', (members: string[]) => members)
      return [...new Set(names.flat())]
    },

    /** Deletes totals that are kept for ever. Runs of the same names that end later start from 0. */
    async forget(names: readonly string[]): Promise<void> {
      if (names.length === 0) return
      await merge()
      await Promise.all(
        shards.map((keys) => {
          const pipeline = redis.pipeline().srem(keys.rollups, ...names)
          for (const name of names) pipeline.unlink(keys.rollup(name))
          return pipeline.exec()
        }),
      )
    },

    /** Deletes the totals of a task by hour, as far back as they are kept. */
    async forgetHours(project: string, task: string, now: number): Promise<void> {
      await merge()
      const days = daysBetween(now - options.comparisonDays * DAY_MS, now)
      for (const keys of shards) {
        const indexes = days.map((day) => keys.hourRollups(project, task, rollupDay(day)))
        const names = (await inBatches(redis, indexes, 'smembers', (members: string[]) => members)).flat()
        const rollups = names.map((member) => {
          const [name = '', hour = ''] = member.split(':')
          return keys.periodRollup(name, hour)
        })
        for (let at = 0; at < rollups.length; at += BATCH)
          await redis.unlink(...rollups.slice(at, at + BATCH))
        await redis.unlink(...indexes)
      }
    },
  }
}

/** Reads many keys with the same command, in batches. */
async function inBatches<R, T>(
  redis: Redis,
  keys: readonly string[],
  command: 'hgetall' | 'smembers',
  read: (reply: R) => T,
): Promise<T[]> {
  const found: T[] = []
  for (let at = 0; at < keys.length; at += BATCH) {
    const some = keys.slice(at, at + BATCH)
    const replies = await askByTag<R>(redis, some, (pipeline, key) => pipeline[command](key))
    found.push(...replies.map(read))
  }
  return found
}

/** The starts of the UTC days from that of `from` to that of `to`. */
function daysBetween(from: number, to: number): number[] {
  const first = Math.floor(from / DAY_MS)
  return Array.from({ length: Math.floor(to / DAY_MS) - first + 1 }, (_, at) => (first + at) * DAY_MS)
}

/** The start of an hour that `rollupHour` named, ms since the epoch. */
function hourOf(text: string): number {
  const [, year, month, day, hour] = /^(\d{4})(\d\d)(\d\d)(\d\d)$/.exec(text) ?? []
  return Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour))
}
