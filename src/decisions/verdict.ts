import type { Steps } from '../platform/event-loop/in-pieces.ts'
import { evidence } from './statistics/evidence.ts'
import { differenceInterval, type Interval, meanInterval } from './statistics/interval.ts'
import { differenceFor, ratioOf } from './statistics/scales.ts'
import { differenceOf, meanOf, type Scale, type Stratum } from './statistics/stratum.ts'

export type Verdict = 'better' | 'worse' | 'no_difference' | 'undecided'

/** Why nothing is decided. `runs`: more of them are needed. */
export type Undecided = 'sample_ratio' | 'too_few_keys' | 'runs'

/** What is compared. */
export interface Metric {
  readonly name: string
  /** Which way is better. */
  readonly good: 'low' | 'high'
  /** Differences up to this do not matter; a ratio above 1 where the scale has octaves. */
  readonly tolerance: number
  /** How many levels a score has. */
  readonly levels?: number
  /** What totals count it under, where that is not its name. */
  readonly counted?: string
}

export interface Compared {
  readonly metric: Metric
  /** Number of runs of the candidate that have the metric. */
  readonly n: number
  /** The candidate's rate, or what is typical of it: seconds, millionths of credits, tokens. */
  readonly estimate: number | null
  readonly interval: Interval
  /** Candidate less baseline; candidate by baseline where the scale has octaves. Null before both have a run. */
  readonly difference: number | null
  readonly differenceInterval: Interval
  /** Against "no difference", of the side that has more; 1 is none. */
  readonly evidence: number
  /** A difference that would probably have been found by now, in the unit of the difference. */
  readonly detectable: number
  readonly method: 'betting' | 'betting_by_key'
  readonly verdict: Verdict
  readonly why: Undecided | null
}

/** What verdicts of a comparison depend on, besides the runs. */
export interface Doubts {
  /** Whether the runs were not drawn as the weights say. */
  readonly ratioAlarm: boolean
  /** By what log-wealth is divided; 1 where runs are drawn one by one, null where there are too few keys. */
  readonly inflation: number | null
  readonly sticky: boolean
}

/**
 * Compares a candidate with the baseline by one metric. The verdict is wrong with a probability of at most `alpha`,
 * however often this is asked while runs come in.
 */
export function* compareMetric(
  metric: Metric,
  scale: Scale,
  strata: readonly Stratum[],
  alpha: number,
  { ratioAlarm, inflation, sticky }: Doubts,
): Steps<Compared> {
  const divisor = inflation ?? 1
  const candidate = scale.levels.map((_, level) =>
    strata.reduce((sum, each) => sum + (each.candidate[level] ?? 0), 0),
  )
  const { n, mean } = meanOf(candidate, scale.levels)
  const interval = yield* differenceInterval(scale, strata, alpha, divisor)
  const against = Math.max(
    evidence('above', 0, scale, strata, divisor),
    evidence('below', 0, scale, strata, divisor),
  )
  const difference = differenceOf(strata, scale.levels)
  const toValue = scale.toValue ?? ((level: number) => level)
  const own = yield* meanInterval(scale.levels, candidate, alpha, divisor)
  const shown = (value: number): number => (scale.octaves === null ? value : ratioOf(scale.octaves, value))
  const why = ratioAlarm ? 'sample_ratio' : inflation === null ? 'too_few_keys' : null
  const verdict = why ? 'undecided' : verdictOf(metric, scale, interval)
  return {
    metric,
    n,
    estimate: mean === null ? null : toValue(mean),
    interval: [toValue(own[0]), toValue(own[1])],
    difference: difference === null ? null : shown(difference),
    differenceInterval: [shown(interval[0]), shown(interval[1])],
    // A number on the wire has to be finite.
    evidence: Math.min(Math.exp(against), Number.MAX_VALUE),
    detectable: shown((interval[1] - interval[0]) / 2),
    method: sticky ? 'betting_by_key' : 'betting',
    verdict,
    why: why ?? (verdict === 'undecided' ? 'runs' : null),
  }
}

/** An interval on one side of 0 decides; one that holds only what does not matter says that nothing differs. */
export function verdictOf(metric: Metric, scale: Pick<Scale, 'octaves'>, [low, high]: Interval): Verdict {
  const tolerance = scale.octaves === null ? metric.tolerance : differenceFor(scale.octaves, metric.tolerance)
  if (low > 0) return metric.good === 'high' ? 'better' : 'worse'
  if (high < 0) return metric.good === 'high' ? 'worse' : 'better'
  return -tolerance <= low && high <= tolerance ? 'no_difference' : 'undecided'
}

/**
 * The part of the error that each metric of a comparison may use: half for the primary one, half shared by the others,
 * all divided by the number of candidates; so all verdicts together are wrong with a probability of at most `alpha`.
 */
export function alphaFor(alpha: number, isPrimary: boolean, metrics: number, candidates: number): number {
  if (metrics === 1) return alpha / candidates
  return (isPrimary ? alpha / 2 : alpha / 2 / (metrics - 1)) / candidates
}
