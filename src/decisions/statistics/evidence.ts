import { type Bet, betsFor, payoff, type Side, stakedOn } from './bets.ts'
import { cellsByShare, logGains, type StratumCells } from './cells.ts'
import type { Scale, Stratum } from './stratum.ts'

/** The logarithm of the mean of `exp(each)`, without leaving the range of numbers. */
export function logMeanExp(logs: readonly number[]): number {
  const largest = Math.max(...logs)
  if (largest === Number.NEGATIVE_INFINITY || largest === Number.POSITIVE_INFINITY) return largest
  return largest + Math.log(logs.reduce((sum, log) => sum + Math.exp(log - largest), 0) / logs.length)
}

/** The log-wealth of a bet after all runs of a stratum: `sum of count * log(gain)` over its cells. */
function logWealth(
  side: Side,
  delta: number,
  bet: Bet,
  { share, baseline, candidate }: StratumCells,
): number {
  const staked = stakedOn(side, share, delta, bet)
  const gainAt = (label: 0 | 1, y: number): number =>
    1 + staked * payoff(side, share, delta, bet.centre, label, y)
  return logGains(baseline, gainAt(0, 0), gainAt(0, 1)) + logGains(candidate, gainAt(1, 0), gainAt(1, 1))
}

/**
 * The evidence against "the difference is at most delta" (`above`), or "at least delta" (`below`): the logarithm of the
 * mean wealth of all bets. Where the hypothesis holds, it ever reaches log(x) with a probability of at most 1/x. A
 * difference beyond -1 to 1 is impossible: the evidence is infinite.
 * @param strata in the order in which they began
 * @param inflation by what the log-wealth is divided: above 1 where runs are not drawn one by one, see `sticky.ts`
 */
export const evidence = (
  side: Side,
  delta: number,
  scale: Scale,
  strata: readonly Stratum[],
  inflation = 1,
): number => evidenceOf(side, delta, scale, cellsByShare(scale, strata), inflation)

/** The same, of strata that are looked at often. */
export function evidenceOf(
  side: Side,
  delta: number,
  scale: Scale,
  strata: readonly StratumCells[],
  inflation: number,
): number {
  if (side === 'above' ? delta < -1 : delta > 1) return Number.POSITIVE_INFINITY
  const [first] = strata
  if (!first) return 0
  const bets = betsFor(side, first.share, delta, scale)
  return logMeanExp(
    bets.map((bet) => {
      let log = 0
      for (const stratum of strata) log += logWealth(side, delta, bet, stratum)
      return log / inflation
    }),
  )
}

/**
 * Evidence that also finds what breaks late: after a long time without a difference the whole history has lost so much
 * wealth that a new harm would need long to win it back. Half of the first wealth is bet on the whole history, half is
 * kept for bets that begin anew with each period k, with the weight 6 / (pi^2 k^2); what is kept for later periods counts
 * as it is. A mixture of supermartingales is one.
 * @param periods the strata of each hour, in order; a stratum that lasts for several hours stands in each, with its runs
 *   of that hour
 */
export function lateEvidence(
  side: Side,
  delta: number,
  scale: Scale,
  periods: readonly (readonly Stratum[])[],
  inflation = 1,
): number {
  if (side === 'above' ? delta < -1 : delta > 1) return Number.POSITIVE_INFINITY
  const first = periods.find((strata) => strata.length > 0)?.[0]
  if (!first) return 0
  const bets = betsFor(side, first.share, delta, scale)
  const since: number[] = bets.map(() => 0)
  const logs: number[] = []
  for (const strata of periods.toReversed()) {
    const cells = cellsByShare(scale, strata)
    for (const [at, bet] of bets.entries()) {
      for (const stratum of cells) {
        since[at] = (since[at] ?? 0) + logWealth(side, delta, bet, stratum) / inflation
      }
    }
    logs.push(logMeanExp(since))
  }
  const fromStart = logs.at(-1) ?? 0
  const restarts = logs.toReversed().map((log, at) => ({ log, weight: restartWeight(at + 1) }))
  const kept = 1 - restarts.reduce((sum, { weight }) => sum + weight, 0)
  const parts = [
    { log: fromStart, weight: 0.5 },
    ...restarts.map(({ log, weight }) => ({ log, weight: weight / 2 })),
    { log: 0, weight: kept / 2 },
  ]
  const largest = Math.max(...parts.map(({ log }) => log))
  return largest + Math.log(parts.reduce((sum, { log, weight }) => sum + weight * Math.exp(log - largest), 0))
}

/** The weight of bets that begin with period k, from 1; over all periods they sum up to 1. */
export const restartWeight = (period: number): number => 6 / (Math.PI * period) ** 2
