import type { Scale } from './stratum.ts'

/**
 * Bets on the label that this server draws: the candidate (L = 1) with the share pi, else the baseline (L = 0). Under the
 * hypothesis that `mean(candidate) - mean(baseline)` is at most `delta`, the payoff of a run with the level y
 *
 *     (L - pi) (y - c) - v,   v = pi (1 - pi) delta
 *
 * has an expectation of at most 0 for every centre c, since L is independent of whatever else decides about the run. So
 * the wealth of a gambler who stakes a fixed part of it on each run, the product of `1 + stake * payoff`, is a
 * supermartingale that begins at 1, and exceeds x with a probability of at most 1/x, however often it is looked at
 * (Ville's inequality). Drift, repeated inputs, and weights that depend on the past change nothing about that.
 * Waudby-Smith & Ramdas, "Estimating means of bounded random variables by betting", 2020.
 */
export type Side = 'above' | 'below'

/** A gambler: what is staked, and around which centre. */
export interface Bet {
  readonly centre: number
  /** The part of the wealth that is staked where no stratum's cap is lower. */
  readonly stake: number
}

/** Stakes are spaced by this factor, from the largest cap down to the least. */
const SPACING = 0.6
const LEAST_STAKE = 0.03
/** No more than this part of the wealth can be lost in one run. */
const MOST_LOST = 0.9
/** Bounds the stakes where a run can lose next to nothing. */
const LEAST_LOSS = 1e-3

/** The payoff of a run under the hypothesis; `below`, which tests "at least delta", negates it. */
export function payoff(
  side: Side,
  share: number,
  delta: number,
  centre: number,
  label: 0 | 1,
  y: number,
): number {
  const above = (label - share) * (y - centre) - share * (1 - share) * delta
  return side === 'above' ? above : -above
}

/** The largest stake with which no run, whatever its label and level, loses more than nine tenths of the wealth. */
export function capOf(side: Side, share: number, delta: number, centre: number): number {
  const worst = Math.max(
    -payoff(side, share, delta, centre, 0, 0),
    -payoff(side, share, delta, centre, 0, 1),
    -payoff(side, share, delta, centre, 1, 0),
    -payoff(side, share, delta, centre, 1, 1),
  )
  return MOST_LOST / Math.max(worst, LEAST_LOSS)
}

/**
 * The bets that are averaged: each centre with each stake. They are fixed before any run of the strata is seen: by the
 * scale, by the tested difference, and by the share in the first stratum.
 */
export function betsFor(
  side: Side,
  firstShare: number,
  delta: number,
  { centres }: Pick<Scale, 'centres'>,
): Bet[] {
  const largest = Math.max(...centres.map((centre) => capOf(side, firstShare, delta, centre)))
  const bets: Bet[] = []
  for (let stake = largest; stake >= LEAST_STAKE; stake *= SPACING) {
    for (const centre of centres) bets.push({ centre, stake })
  }
  return bets
}

/** What a bet stakes on each run of a stratum with this share. */
export function stakedOn(side: Side, share: number, delta: number, { centre, stake }: Bet): number {
  return Math.min(stake, capOf(side, share, delta, centre))
}

/** By what the wealth of a bet is multiplied in a run; always at least a tenth. */
export function gainOf(side: Side, share: number, delta: number, bet: Bet, label: 0 | 1, y: number): number {
  return 1 + stakedOn(side, share, delta, bet) * payoff(side, share, delta, bet.centre, label, y)
}
