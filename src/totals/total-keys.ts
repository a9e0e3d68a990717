import { type KeyLayout, keysOf } from '../platform/redis/key-layout.ts'
import { shardTag } from '../platform/redis/shard-tag.ts'

/**
 * The keys of a shard's totals. They have the shard's hash tag, so that the script that ends a run can store its delta.
 */
export const TOTAL_LAYOUT = {
  /** List: the deltas of runs that have ended, to be merged into the totals, oldest first. */
  deltas: 'deltas',
  /** Set: names of the totals that are kept for ever. */
  rollups: 'rollups',
  /** Set: names of a task's totals of the hours of a day, each with its hour. */
  hourRollups: 'hour-rollups:<project>:<task>:<day>',
  /** Set: names of a project's totals of one day. */
  dayRollups: 'rollups:<project>:<day>',
  /** Set: names of the totals of a project's keys of one day. */
  keyRollups: 'key-rollups:<project>:<day>',
  rollup: 'rollup:<name>',
  /** Of a day or an hour. */
  periodRollup: 'rollup:<name>:<period>',
} as const satisfies KeyLayout

const known: ReturnType<typeof keysUnder>[] = []
const keysUnder = (tag: string) => keysOf(TOTAL_LAYOUT, `${tag}:`)

export function totalKeys(shard: number): ReturnType<typeof keysUnder> {
  known[shard] ??= keysUnder(shardTag(shard))
  return known[shard]
}
