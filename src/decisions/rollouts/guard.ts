import type { Side } from '../statistics/bets.ts'
import { evidence, lateEvidence, logMeanExp } from '../statistics/evidence.ts'
import { differenceFor } from '../statistics/scales.ts'
import type { Scale, Stratum } from '../statistics/stratum.ts'

/** A bound on what a rollout may do to a metric. */
export interface Guard {
  readonly metric: string
  /** Which way is better; harm is the other. */
  readonly good: 'low' | 'high'
  /** The most harm that is tolerated: a difference above 0, or a ratio above 1 where the scale has octaves. */
  readonly tolerance: number
}

/** Logarithms of evidence about one guard. */
export interface GuardEvidence {
  readonly guard: Guard
  /** Against "the harm is at most what is tolerated". */
  readonly harm: number
  /** Against "at the next share, share times harm would be more than what is tolerated". */
  readonly safe: number
}

/**
 * What is known about one guard. A rollout may go on to the share s once "the harm is at least tolerance / s" is
 * rejected: so share times harm, what all traffic suffers, never exceeds the tolerance, and at s = 1 non-inferiority is
 * proven. Small steps therefore need little evidence, and the last one all of it.
 * @param periods the strata since the rollout began, by hour
 * @param nextShare the share that would be next, above 0
 */
export function guardEvidence(
  guard: Guard,
  scale: Scale,
  periods: readonly (readonly Stratum[])[],
  nextShare: number,
  inflation = 1,
): GuardEvidence {
  const size = scale.octaves === null ? guard.tolerance : differenceFor(scale.octaves, guard.tolerance)
  const [harmful, harmless]: [Side, Side] = guard.good === 'low' ? ['above', 'below'] : ['below', 'above']
  const delta = guard.good === 'low' ? size : -size
  return {
    guard,
    harm: lateEvidence(harmful, delta, scale, periods, inflation),
    safe: evidence(harmless, delta / nextShare, scale, periods.flat(), inflation),
  }
}

/** What says nothing, neither of harm nor of safety. */
export const noEvidence = (guard: Guard): GuardEvidence => ({ guard, harm: 0, safe: 0 })

/**
 * Two ways in which the same harm shows: something is evidence for it when the mean of both is, and it is ruled out when
 * both are.
 */
export const eitherHarm = (one: GuardEvidence, other: GuardEvidence): GuardEvidence => ({
  guard: one.guard,
  harm: logMeanExp([one.harm, other.harm]),
  safe: Math.min(one.safe, other.safe),
})
