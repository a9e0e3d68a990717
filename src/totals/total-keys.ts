import { type KeyLayout, keysOf } from '../platform/redis/key-layout.ts'
import { shardTag } from '../platform/redis/shard-tag.ts'

/** The keys of a shard's totals. They share its hash tag, so that the script that ends a run can put down its numbers. */
export const TOTAL_LAYOUT = {
  /** What runs that have ended put down to be added to the totals; a list, oldest first. */
  deltas: 'deltas',
  /** Names of the totals that are kept for ever. */
  rollups: 'rollups',
  /** Names of a project's totals of one day. */
  dayRollups: 'rollups:<project>:<day>',
  rollup: 'rollup:<name>',
  dayRollup: 'rollup:<name>:<day>',
} as const satisfies KeyLayout

const known: ReturnType<typeof keysUnder>[] = []
const keysUnder = (tag: string) => keysOf(TOTAL_LAYOUT, `${tag}:`)

export function totalKeys(shard: number): ReturnType<typeof keysUnder> {
  known[shard] ??= keysUnder(shardTag(shard))
  return known[shard]
}
