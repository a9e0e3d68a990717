import { DROPPED, type Dropped, type PairedMetric } from '../../totals/delta.ts'
import { mostOf } from '../../totals/pair-sums.ts'
import type { Totals } from '../../totals/rollup-store.ts'

/** Those that are counted and were never begun. */
const NOT_MADE: readonly Dropped[] = ['full', 'late', 'stopped']

/** How many shadow runs are no pair, by why; only those that there are. */
export function droppedIn(totals: Totals): Partial<Record<Dropped, number>> {
  const counts = DROPPED.map((why) => [why, totals.get(`dropped:${why}`) ?? 0] as const)
  return Object.fromEntries(counts.filter(([, count]) => count > 0))
}

/** How many shadow runs were begun. */
export function madeIn(totals: Totals): number {
  const dropped = Object.entries(droppedIn(totals))
  const begun = dropped.filter(([why]) => !NOT_MADE.some((each) => each === why))
  return begun.reduce((sum, [, count]) => sum + count, totals.get('pairs') ?? 0)
}

/** The number of pairs by their difference, from the smallest to the largest that is counted as it is. */
export function pairCounts(totals: Totals, metric: PairedMetric): number[] {
  const most = mostOf(metric)
  return Array.from({ length: 2 * most + 1 }, (_, at) => totals.get(`pair:${metric}:${at - most}`) ?? 0)
}
