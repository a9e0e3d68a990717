import type { Steps } from '../../platform/event-loop/in-pieces.ts'
import { type Dropped, PAIRED, type PairedMetric } from '../../totals/delta.ts'
import { PER_OCTAVE } from '../../totals/histogram.ts'
import type { HourTotals, Totals } from '../../totals/rollup-store.ts'
import { addTotals } from '../hour-counts.ts'
import { type Interval, meanInterval } from '../statistics/interval.ts'
import { meanEvidence } from '../statistics/mean-evidence.ts'
import { ratioOf } from '../statistics/scales.ts'
import { meanOf } from '../statistics/stratum.ts'
import { alphaFor, type Compared, type Metric, verdictOf } from '../verdict.ts'
import { droppedIn, madeIn, pairCounts } from './pair-counts.ts'

/** What a shadow did beside the runs of a baseline, with the same inputs. */
export interface PairComparison {
  readonly revision: string
  readonly pairs: number
  readonly dropped: Partial<Record<Dropped, number>>
  readonly metrics: readonly Compared[]
}

export interface PairQuery {
  readonly baseline: string
  /** The revisions of shadows. */
  readonly shadows: readonly string[]
  readonly metrics: readonly Metric[]
  readonly primary: string
  readonly alpha: number
  /** Start of the first hour that counts, ms since the epoch. */
  readonly since: number
  /** How many revisions the whole answer compares, these and others. */
  readonly candidates: number
}

/**
 * Compares shadows with the baseline, pair by pair. Pure. A gambler stakes a part of its wealth on each pair's difference d,
 * which is multiplied by `1 + stake * (d - delta)`; where the mean difference is at most delta, it does not get rich. Each
 * input is its own control, so that fewer pairs are needed than drawn runs, and keys, weights and drift play no part.
 */
export function* comparePairs(query: PairQuery, hours: readonly HourTotals[]): Steps<PairComparison[]> {
  const compared: PairComparison[] = []
  for (const revision of query.shadows) {
    const totals = addTotals(
      hours.flatMap((each) =>
        each.shadow === revision && each.revision === query.baseline && each.hour >= query.since
          ? [each.totals]
          : [],
      ),
    )
    const metrics: Compared[] = []
    for (const metric of query.metrics.filter(isPaired)) {
      const alpha = alphaFor(query.alpha, metric.name === query.primary, PAIRED.length, query.candidates)
      metrics.push(yield* compareOne(metric, totals, alpha))
    }
    compared.push({ revision, pairs: totals.get('pairs') ?? 0, dropped: droppedIn(totals), metrics })
  }
  return compared
}

/** How many shadow runs were made in these hours. */
export const shadowsMade = (hours: readonly HourTotals[], since: number): number =>
  hours.reduce((sum, { shadow, hour, totals }) => (shadow && hour >= since ? sum + madeIn(totals) : sum), 0)

type PairedOf = Metric & { readonly name: PairedMetric }
const isPaired = (metric: Metric): metric is PairedOf => PAIRED.some((name) => name === metric.name)

/** Octaves from the one end of the counted differences to the other; null for what is no ratio. */
function octavesOf(metric: PairedMetric, counts: readonly number[]): number | null {
  if (metric === 'failed' || metric === 'invalid') return null
  return (counts.length - 1) / (metric === 'latency' ? 1 : PER_OCTAVE)
}

/** Levels from 0 to 1 stand for differences from -1 to 1: `2 level - 1`. */
function* compareOne(metric: PairedOf, totals: Totals, alpha: number): Steps<Compared> {
  const counts = pairCounts(totals, metric.name)
  const levels = counts.map((_, at) => at / (counts.length - 1))
  const octaves = octavesOf(metric.name, counts)
  const { n, mean } = meanOf(counts, levels)
  const differenceOf = (level: number): number => (octaves === null ? 2 * level - 1 : level - 0.5)
  const [low, high] = yield* meanInterval(levels, counts, alpha)
  const interval: Interval = [differenceOf(low), differenceOf(high)]
  const shown = (value: number): number => (octaves === null ? value : ratioOf(octaves, value))
  const against = Math.max(
    ...(['above', 'below'] as const).map((side) => meanEvidence(side, 0.5, levels, counts)),
  )
  const verdict = verdictOf(metric, { octaves }, interval)
  return {
    ...{ metric, n, verdict, method: 'betting', why: verdict === 'undecided' ? 'runs' : null },
    ...{ estimate: null, interval: [0, 1] },
    difference: mean === null ? null : shown(differenceOf(mean)),
    differenceInterval: [shown(interval[0]), shown(interval[1])],
    evidence: Math.min(Math.exp(against), Number.MAX_VALUE),
    detectable: shown((interval[1] - interval[0]) / 2),
  }
}
