import type { Side } from './bets.ts'
import { logMeanExp } from './evidence.ts'

const SPACING = 0.6
const LEAST_STAKE = 0.03
const MOST_LOST = 0.9
const LEAST_LOSS = 1e-3

/**
 * The evidence against "the mean is at most `mean`" (`above`), or "at least" (`below`), of values from 0 to 1: the
 * logarithm of the mean over stakes of the product of `1 + stake * (y - mean)`, for `below` negated. At all times it
 * reaches log(x) with a probability of at most 1/x where the hypothesis holds (Waudby-Smith & Ramdas 2020).
 */
export function meanEvidence(
  side: Side,
  mean: number,
  levels: readonly number[],
  counts: ArrayLike<number>,
  inflation = 1,
): number {
  const sign = side === 'above' ? 1 : -1
  const worst = side === 'above' ? mean : 1 - mean
  const logs: number[] = []
  for (let stake = MOST_LOST / Math.max(worst, LEAST_LOSS); stake >= LEAST_STAKE; stake *= SPACING) {
    let log = 0
    for (const [level, y] of levels.entries()) {
      const count = counts[level] ?? 0
      if (count > 0) log += count * Math.log(1 + stake * sign * (y - mean))
    }
    logs.push(log / inflation)
  }
  return logMeanExp(logs)
}
