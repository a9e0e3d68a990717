import { BUCKETED, type COMPARED, COST_BUCKETS, TOKEN_BUCKETS } from '../totals/comparison-sums.ts'
import type { Totals } from '../totals/rollup-store.ts'
import { type Buckets, LATENCY, octaveBuckets } from './statistics/scales.ts'
import type { Bucket } from './statistics/sticky.ts'

/** Of a score: `score:` and what it is counted under. */
export type MetricName = (typeof COMPARED)[number] | `score:${string}`

/** What totals count a metric under. */
export const countedAs = ({ name, counted = name }: { readonly name: string; readonly counted?: string }) =>
  counted as MetricName

/** The metrics that are counted in buckets, and compared by ratio. */
export const RATIOS: Partial<Record<MetricName, Buckets>> = {
  latency: LATENCY,
  cost: octaveBuckets(COST_BUCKETS),
  tokens: octaveBuckets(TOKEN_BUCKETS),
}

/**
 * The number of runs by level of a metric: by bucket, or those without and with it; of a score, those that have it.
 * @param levels how many levels it has; only needed for a score
 */
export function countsOf(totals: Totals, metric: MetricName, levels = 2): number[] {
  if (metric.startsWith('score:')) {
    return Array.from({ length: levels }, (_, level) => totals.get(`${metric}:${level}`) ?? 0)
  }
  if (BUCKETED.some((each) => each === metric)) {
    const count = RATIOS[metric]?.count ?? 0
    return Array.from({ length: count }, (_, bucket) => totals.get(`${metric}:${bucket}`) ?? 0)
  }
  const having = totals.get(metric) ?? 0
  return [(totals.get('n') ?? 0) - having, having]
}

/** What the callers' keys came to, by bucket of keys: of a metric in buckets, `sum` is of their indexes. */
export function keyBucketsOf(totals: Totals, metric: MetricName): Map<number, Bucket> {
  const found = new Map<number, Bucket>()
  const ofScore = metric.startsWith('score:')
  for (const [field, n] of totals) {
    const [, bucket, score] = /^key:(\d+):n(?::(.+))?$/.exec(field) ?? []
    if (bucket && score === (ofScore ? metric : undefined))
      found.set(Number(bucket), { n, sum: totals.get(`key:${bucket}:${metric}`) ?? 0 })
  }
  return found
}

/** How many runs the keys of each bucket sent, or how many of those have feedback. */
export function keyCountsOf(totals: Totals, field: 'n' | 'feedback'): number[] {
  const name = new RegExp(`^key:\\d+:${field}$`)
  return [...totals].flatMap(([each, n]) => (name.test(each) ? [n] : []))
}

/** Adds totals up. */
export function addTotals(all: Iterable<Totals>): Totals {
  const sums = new Map<string, number>()
  for (const totals of all) {
    for (const [field, by] of totals) sums.set(field, (sums.get(field) ?? 0) + by)
  }
  return sums
}
