import type { Steps } from '../../platform/event-loop/in-pieces.ts'
import { cellsByShare, cellsOf } from './cells.ts'
import { endOfRejected } from './crossing.ts'
import { evidenceOf } from './evidence.ts'
import { meanEvidenceOf } from './mean-evidence.ts'
import type { Scale, Stratum } from './stratum.ts'

export type Interval = readonly [low: number, high: number]

/**
 * The differences `mean(candidate) - mean(baseline)` that are not rejected at `alpha / 2` on either side: they contain
 * the true one at all times with a probability of at least `1 - alpha`. Evidence falls as the tested difference moves from
 * either end of [-1, 1] towards what was seen.
 */
export function* differenceInterval(
  scale: Scale,
  strata: readonly Stratum[],
  alpha: number,
  inflation = 1,
): Steps<Interval> {
  const cells = cellsByShare(scale, strata)
  return yield* boundsOf(
    (delta) => evidenceOf('above', delta, scale, cells, inflation),
    (delta) => evidenceOf('below', delta, scale, cells, inflation),
    { threshold: Math.log(2 / alpha), lowest: -1 },
  )
}

/** The means of one revision that are not rejected, from 0 to 1; as long as its mean does not drift. */
export function* meanInterval(
  levels: readonly number[],
  counts: ArrayLike<number>,
  alpha: number,
  inflation = 1,
): Steps<Interval> {
  const cells = cellsOf(levels, counts)
  return yield* boundsOf(
    (mean) => meanEvidenceOf('above', mean, cells, inflation),
    (mean) => meanEvidenceOf('below', mean, cells, inflation),
    { threshold: Math.log(2 / alpha), lowest: 0 },
  )
}

/** The values from `lowest` to 1 that are not rejected: by `above` as too low, or by `below` as too high. */
function* boundsOf(
  above: (value: number) => number,
  below: (value: number) => number,
  { threshold, lowest }: { readonly threshold: number; readonly lowest: number },
): Steps<Interval> {
  const low = above(lowest) >= threshold ? yield* endOfRejected(lowest, 1, above, threshold) : lowest
  yield
  const high = below(1) >= threshold ? yield* endOfRejected(1, lowest, below, threshold) : 1
  // Where they contradict each other, since the label was not drawn as was said, it is known that little.
  return [Math.min(low, high), Math.max(low, high)]
}
