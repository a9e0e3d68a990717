import { meanOf, type Scale } from './stratum.ts'

/**
 * Statistics for sticky traffic. A key has its revision for good, so it is keys that are drawn and not runs, and a few
 * busy or unlucky keys can look like a difference. Keys are counted in buckets, by their hash.
 */

/** What the keys of one bucket came to under one revision. */
export interface Bucket {
  readonly n: number
  /** Sum of the levels of its runs. */
  readonly sum: number
}

/** What all runs of both revisions came to: their number by level. */
export interface Pooled {
  readonly levels: readonly number[]
  readonly counts: ArrayLike<number>
}

/** How bets are made on keys. */
export interface StickyBets {
  /** The scale with its one centre. */
  readonly scale: Scale
  /** By what the logarithm of the wealth is divided. */
  readonly inflation: number
}

/** Buckets that keys are hashed into. */
const BUCKETS = 256

/**
 * How many times more the number of runs of a revision varies than if runs were drawn and not keys: the sum of the squares
 * of what each key sent, by the number of runs. Keys are not counted one by one; but since they fall into buckets by their
 * hash, whichever revision they have, those squares are what the sizes of buckets vary by, `sum over all 256 of (n_g -
 * mean)^2`. So it does not depend on how runs were split, which is what is asked. Runs without a key are keys of their own.
 * @param buckets number of runs by bucket, of all revisions; those without any may be left out
 */
export function countEffect(buckets: readonly number[], loose: number): number {
  const keyed = buckets.reduce((sum, n) => sum + n, 0)
  if (keyed + loose === 0) return 1
  const squares = buckets.reduce((sum, n) => sum + n ** 2, 0) - keyed ** 2 / BUCKETS
  return Math.max(1, ((squares * BUCKETS) / (BUCKETS - 1) + loose) / (keyed + loose))
}

/** Fewer effective buckets than this under either revision give no verdict. */
export const LEAST_BUCKETS = 20
/** Keeps the centre where bets can win on both sides. */
const LEAST_CENTRE = 0.002

/**
 * As many buckets of equal size would vary as much: (sum n)^2 / sum n^2 (Kish).
 * @param loose number of runs without a key: each is a bucket of its own
 */
export function effectiveBuckets(buckets: readonly Bucket[], loose = 0): number {
  let n = loose
  let squares = loose
  for (const bucket of buckets) {
    n += bucket.n
    squares += bucket.n ** 2
  }
  return squares === 0 ? 0 : n ** 2 / squares
}

/**
 * The design effect of bets around the centre c: how many times larger the variance of what they win is when keys are
 * drawn than when runs are, `sum over buckets of (S_g - c n_g)^2 / sum over runs of (y - c)^2`, S_g and n_g by bucket and
 * revision; never below 1. Runs
 * without a key vary as single runs do. It depends on the centre: away from the mean, a busy key that falls to one side is a gain by
 * the number of its runs alone, whatever they came to. Bets around 0.5 on a metric of 0.05 find "differences" of nothing
 * but the shares of runs, four times as often as they may.
 */
export function designEffect(buckets: readonly Bucket[], { levels, counts }: Pooled, centre: number): number {
  let keyed = 0
  let clustered = 0
  for (const { n, sum } of buckets) {
    keyed += n
    clustered += (sum - centre * n) ** 2
  }
  let all = 0
  let single = 0
  for (const [level, y] of levels.entries()) {
    all += counts[level] ?? 0
    single += (counts[level] ?? 0) * (y - centre) ** 2
  }
  if (all > keyed) clustered += single * (1 - keyed / all)
  return single === 0 ? 1 : Math.max(1, clustered / single)
}

/**
 * How much wider an interval has to be, squared, when its variance was estimated from so many buckets: (t / z)^2 at the
 * level of the evidence, by the expansion of Student's t in 1 / degrees of freedom (Abramowitz & Stegun 26.7.5).
 * @param alpha two-sided
 */
export function studentCorrection(buckets: number, alpha: number): number {
  const freedom = Math.max(buckets - 1, 1)
  const z = Math.sqrt(2 * Math.log(2 / alpha))
  const t = z + (z ** 3 + z) / (4 * freedom) + (5 * z ** 5 + 16 * z ** 3 + 3 * z) / (96 * freedom ** 2)
  return (t / z) ** 2
}

/** The mean of both revisions, for bets that are made around it; without runs the middle. */
export function meanCentre(pooled: ArrayLike<number>, { levels }: Pick<Scale, 'levels'>): number {
  const mean = meanOf(pooled, levels).mean ?? 0.5
  return Math.min(1 - LEAST_CENTRE, Math.max(LEAST_CENTRE, mean))
}

/**
 * How to bet when keys are drawn: around the mean of both revisions, at which the shares of runs do not matter, with the
 * log-wealth divided by the design effect and by the correction for few buckets. Good for many keys; the simulations say
 * from how many on.
 * @param loose runs of each without a key
 * @returns null where there are too few for a verdict.
 */
export function stickyBets(
  scale: Scale,
  baseline: readonly Bucket[],
  candidate: readonly Bucket[],
  pooled: ArrayLike<number>,
  alpha: number,
  loose: { readonly baseline: number; readonly candidate: number } = { baseline: 0, candidate: 0 },
): StickyBets | null {
  const least = Math.min(
    effectiveBuckets(baseline, loose.baseline),
    effectiveBuckets(candidate, loose.candidate),
  )
  if (least < LEAST_BUCKETS) return null
  const { levels } = scale
  const centre = meanCentre(pooled, scale)
  const effect = designEffect([...baseline, ...candidate], { levels, counts: pooled }, centre)
  return { scale: { ...scale, centres: [centre] }, inflation: effect * studentCorrection(least, alpha) }
}
