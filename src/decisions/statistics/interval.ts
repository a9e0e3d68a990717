import { evidence } from './evidence.ts'
import { meanEvidence } from './mean-evidence.ts'
import type { Scale, Stratum } from './stratum.ts'

export type Interval = readonly [low: number, high: number]

const BISECTIONS = 40

/**
 * The differences `mean(candidate) - mean(baseline)` that are not rejected at `alpha / 2` on either side: they contain
 * the true one at all times with a probability of at least `1 - alpha`. Found by bisection of [-1, 1]; evidence falls as
 * the tested difference moves towards what was seen.
 */
export function differenceInterval(
  scale: Scale,
  strata: readonly Stratum[],
  alpha: number,
  inflation = 1,
): Interval {
  const threshold = Math.log(2 / alpha)
  return boundsOf(
    (delta) => evidence('above', delta, scale, strata, inflation) >= threshold,
    (delta) => evidence('below', delta, scale, strata, inflation) >= threshold,
    -1,
  )
}

/** The means of one revision that are not rejected, from 0 to 1; as long as its mean does not drift. */
export function meanInterval(
  levels: readonly number[],
  counts: ArrayLike<number>,
  alpha: number,
  inflation = 1,
): Interval {
  const threshold = Math.log(2 / alpha)
  return boundsOf(
    (mean) => meanEvidence('above', mean, levels, counts, inflation) >= threshold,
    (mean) => meanEvidence('below', mean, levels, counts, inflation) >= threshold,
    0,
  )
}

/** The lowest value that `isTooLow` does not reject, and the highest that `isTooHigh` does not, from `lowest` to 1. */
export function boundsOf(
  isTooLow: (value: number) => boolean,
  isTooHigh: (value: number) => boolean,
  lowest: number,
): Interval {
  return [
    isTooLow(lowest) ? bisect(lowest, 1, isTooLow) : lowest,
    isTooHigh(1) ? bisect(1, lowest, isTooHigh) : 1,
  ]
}

/** The end of what is rejected, between a value that is and one that is taken for one that is not. */
function bisect(rejected: number, kept: number, isRejected: (value: number) => boolean): number {
  let [from, to] = [rejected, kept]
  for (let step = 0; step < BISECTIONS; step += 1) {
    const middle = (from + to) / 2
    if (isRejected(middle)) from = middle
    else to = middle
  }
  return from
}
