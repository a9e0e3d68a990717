import type { Steps } from '../platform/event-loop/in-pieces.ts'
import type { HourTotals, Totals } from '../totals/rollup-store.ts'
import {
  addTotals,
  countedAs,
  countsOf,
  keyBucketsOf,
  keyCountsOf,
  type MetricName,
  RATIOS,
} from './hour-counts.ts'
import { ALARM, sampleRatioEvidence } from './statistics/sample-ratio.ts'
import { RATE, ratioScale, scoreScale } from './statistics/scales.ts'
import { type Bucket, countEffect, meanCentre, type StickyBets, stickyBets } from './statistics/sticky.ts'
import type { Scale, Stratum } from './statistics/stratum.ts'
import { alphaFor, type Compared, compareMetric, type Metric } from './verdict.ts'

/** One version of a task's weights. */
export interface KnownSplit {
  readonly seq: number
  /** The probability with which each revision is drawn; only those above 0. */
  readonly shares: ReadonlyMap<string, number>
}

/** What the revisions with a share came to under one version of the weights. */
export interface SplitTotals {
  readonly shares: ReadonlyMap<string, number>
  readonly totals: ReadonlyMap<string, Totals>
}

export interface Comparison {
  /** `feedbackAlarm`: it is those runs that have feedback which are not split as the weights say. */
  readonly sampleRatio: {
    readonly alarm: boolean
    readonly evidence: number
    readonly feedbackAlarm: boolean
  }
  readonly excluded: { readonly pinned: number; readonly fallbackAsked: number; readonly repeated: number }
  /** True when callers sent keys: it is keys that were drawn then. */
  readonly sticky: boolean
  readonly revisions: readonly {
    readonly revision: string
    readonly runs: number
    readonly metrics: readonly Compared[]
  }[]
}

export interface ComparisonQuery {
  readonly baseline: string
  readonly candidates: readonly string[]
  /** How many revisions share `alpha`, these and others; absent: these. */
  readonly answers?: number
  readonly metrics: readonly Metric[]
  readonly primary: string
  readonly alpha: number
  /** Start of the first hour that counts, ms since the epoch. Earlier ones only say what was typical. */
  readonly since: number
}

/**
 * Compares revisions with a baseline, from counts alone. Pure. Runs count that were drawn by one of the known versions of
 * the weights; each version is a stratum, and only those in which both had a share.
 */
export function* compare(
  query: ComparisonQuery,
  splits: readonly KnownSplit[],
  hours: readonly HourTotals[],
): Steps<Comparison> {
  const counted = hours.filter(({ hour }) => hour >= query.since)
  const drawn = Map.groupBy(counted, ({ revision, split }) => `${split} ${revision}`)
  const bySplit: SplitTotals[] = []
  for (const { seq, shares } of splits.toSorted((a, b) => a.seq - b.seq)) {
    const totals = new Map<string, Totals>()
    for (const id of shares.keys()) {
      totals.set(id, addTotals((drawn.get(`${seq} ${id}`) ?? []).map((each) => each.totals)))
      yield
    }
    bySplit.push({ shares, totals })
  }
  const ratio = bySplit.reduce((sum, split) => sum + ratioOf(split, 'n'), 0)
  const feedbackRatio = bySplit.reduce((sum, split) => sum + ratioOf(split, 'feedback'), 0)
  const ratioAlarm = ratio >= Math.log(ALARM)
  const feedbackAlarm = feedbackRatio >= Math.log(ALARM)
  const excluded = addTotals(counted.flatMap((each) => (each.revision === null ? [each.totals] : [])))
  const sticky = counted.some(({ totals }) => hasKeys(totals))

  function* compareWith(candidate: string): Steps<Comparison['revisions'][number]> {
    const pairs = bySplit.flatMap(({ shares, totals }) => {
      const [a, b] = [shares.get(query.baseline), shares.get(candidate)]
      if (!a || !b) return []
      const none: Totals = new Map()
      const both = { a: totals.get(query.baseline) ?? none, b: totals.get(candidate) ?? none }
      return [{ share: b / (a + b), ...both }]
    })
    const past = pastOf(hours, query.baseline, candidate, query.since)
    const metrics: Compared[] = []
    for (const metric of query.metrics) {
      const name = countedAs(metric)
      const whole = scaleOf(metric, past)
      const strata = pairs.map(({ share, a, b }) => ({
        share,
        baseline: countsOf(a, name, metric.levels),
        candidate: countsOf(b, name, metric.levels),
      }))
      const alpha = alphaFor(
        query.alpha,
        metric.name === query.primary,
        query.metrics.length,
        query.answers ?? query.candidates.length,
      )
      const isAlarmed = ratioAlarm || (metric.levels !== undefined && feedbackAlarm)
      const bets = sticky ? betOnKeys(whole, name, strata, pairs, alpha) : betOnRuns(metric, whole, strata)
      const doubts = { ratioAlarm: isAlarmed, inflation: bets?.inflation ?? null, sticky }
      metrics.push(yield* compareMetric(metric, bets?.scale ?? whole, strata, alpha, doubts))
    }
    const runs = pairs.reduce((sum, { b }) => sum + (b.get('n') ?? 0), 0)
    return { revision: candidate, runs, metrics }
  }

  const revisions: Comparison['revisions'][number][] = []
  for (const candidate of query.candidates) revisions.push(yield* compareWith(candidate))
  return {
    sampleRatio: {
      alarm: ratioAlarm,
      evidence: Math.min(Math.exp(ratio), Number.MAX_VALUE),
      feedbackAlarm,
    },
    excluded: {
      pinned: excluded.get('pinned') ?? 0,
      fallbackAsked: excluded.get('fallback_asked') ?? 0,
      repeated: excluded.get('repeated') ?? 0,
    },
    sticky,
    revisions,
  }
}

/** The evidence that runs were not drawn by the shares. Under sticky keys, as many count as would vary as much. */
export function ratioOf({ shares, totals }: SplitTotals, field: 'n' | 'feedback'): number {
  const counts = [...shares.keys()].map((id) => totals.get(id)?.get(field) ?? 0)
  const buckets = keyCountsOf(addTotals(totals.values()), field)
  const keyed = buckets.reduce((sum, n) => sum + n, 0)
  const effect = countEffect(buckets, counts.reduce((sum, n) => sum + n, 0) - keyed)
  return sampleRatioEvidence(
    [...shares.values()],
    counts.map((n) => n / effect),
  )
}

/** How a metric is measured, which what was before the candidate may say. */
export function scaleOf({ name, levels }: Pick<Metric, 'name' | 'levels'>, past: Totals): Scale {
  if (levels !== undefined) return scoreScale(levels)
  const buckets = RATIOS[name as MetricName]
  return buckets ? ratioScale(buckets, countsOf(past, name as MetricName)) : RATE
}

/** What the baseline came to in the hours before the candidate's first run that counts. */
function pastOf(hours: readonly HourTotals[], baseline: string, candidate: string, since: number): Totals {
  const starts = hours.flatMap(({ revision, hour }) =>
    revision === candidate && hour >= since ? [hour] : [],
  )
  const first = Math.min(...starts)
  return addTotals(
    hours.flatMap(({ revision, hour, totals }) => (revision === baseline && hour < first ? [totals] : [])),
  )
}

/** Whether any of the runs had a caller's key. */
export const hasKeys = (totals: Totals): boolean =>
  [...totals.keys()].some((field) => field.startsWith('key:'))

/** Number of runs of both revisions by level. */
const pooledOf = ({ levels }: Scale, strata: readonly Stratum[]): number[] =>
  levels.map((_, level) =>
    strata.reduce((sum, each) => sum + (each.baseline[level] ?? 0) + (each.candidate[level] ?? 0), 0),
  )

/**
 * How to bet on runs. Of feedback around the mean of both revisions: whether there is any may depend on the revision, and
 * away from the mean bets win by that alone, long before it can be told that feedback is not split as the weights say.
 */
export const betOnRuns = (
  { levels }: Pick<Metric, 'levels'>,
  scale: Scale,
  strata: readonly Stratum[],
): StickyBets => ({
  scale: levels === undefined ? scale : { ...scale, centres: [meanCentre(pooledOf(scale, strata), scale)] },
  inflation: 1,
})

/** How to bet on keys; runs without a key are keys of their own. */
export function betOnKeys(
  scale: Scale,
  metric: MetricName,
  strata: readonly Stratum[],
  pairs: readonly { readonly a: Totals; readonly b: Totals }[],
  alpha: number,
) {
  const keysOf = (all: readonly Totals[]): Bucket[] => {
    const buckets = [...keyBucketsOf(addTotals(all), metric).values()]
    if (RATIOS[metric]) return buckets.map((bucket) => levelled(bucket, scale))
    return metric.startsWith('score:')
      ? buckets.map(({ n, sum }) => ({ n, sum: sum / (scale.levels.length - 1) }))
      : buckets
  }
  const pooled = pooledOf(scale, strata)
  const loose = (all: readonly Totals[], keyed: readonly Bucket[]) =>
    all.reduce(
      (sum, totals) => sum + countsOf(totals, metric, scale.levels.length).reduce((n, count) => n + count, 0),
      0,
    ) - keyed.reduce((sum, { n }) => sum + n, 0)
  const [a, b] = [pairs.map((pair) => pair.a), pairs.map((pair) => pair.b)]
  const [ofA, ofB] = [keysOf(a), keysOf(b)]
  return stickyBets(scale, ofA, ofB, pooled, alpha, { baseline: loose(a, ofA), candidate: loose(b, ofB) })
}

/** Sums of indexes as sums of levels, which lie on a line within the window of the scale. */
function levelled({ n, sum }: Bucket, { levels }: Scale): Bucket {
  const inside = levels.findIndex(
    (level, at) => level > 0 && (levels[at + 1] ?? 0) > level && (levels[at + 1] ?? 1) < 1,
  )
  const [low = 0, high = 1] = [levels[inside], levels[inside + 1]]
  const step = high - low
  return { n, sum: n * (low - inside * step) + sum * step }
}
