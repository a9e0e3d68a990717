import type { Side } from './bets.ts'
import { meanEvidence } from './mean-evidence.ts'

/**
 * Shadow pairs: the same request run by the revision that answered (y_A) and, afterwards, by another one (y_B). Nothing
 * is drawn between the two, so it is the difference d = y_B - y_A itself that is bet on, by `1 + stake * (d - delta)`:
 * the bets on a mean, of (1 + d) / 2, which is from 0 to 1. Valid where pairs do not depend on each other.
 * @param differences the values of d that there are, from -1 to 1
 * @param counts number of pairs by difference
 */
export function pairEvidence(
  side: Side,
  delta: number,
  differences: readonly number[],
  counts: ArrayLike<number>,
): number {
  const moved = differences.map((difference) => (1 + difference) / 2)
  return meanEvidence(side, (1 + delta) / 2, moved, counts)
}
