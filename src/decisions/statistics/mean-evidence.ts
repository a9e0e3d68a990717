import type { Side } from './bets.ts'
import { type Cells, cellsOf, logGains } from './cells.ts'
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
export const meanEvidence = (
  side: Side,
  mean: number,
  levels: readonly number[],
  counts: ArrayLike<number>,
  inflation = 1,
): number => meanEvidenceOf(side, mean, cellsOf(levels, counts), inflation)

/** The same, of cells that are looked at often. */
export function meanEvidenceOf(side: Side, mean: number, cells: Cells, inflation: number): number {
  const sign = side === 'above' ? 1 : -1
  const worst = side === 'above' ? mean : 1 - mean
  const logs: number[] = []
  for (let stake = MOST_LOST / Math.max(worst, LEAST_LOSS); stake >= LEAST_STAKE; stake *= SPACING) {
    const gainAt = (y: number): number => 1 + stake * sign * (y - mean)
    logs.push(logGains(cells, gainAt(0), gainAt(1)) / inflation)
  }
  return logMeanExp(logs)
}
