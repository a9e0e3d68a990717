/**
 * Statistics for sticky traffic: a key has its revision for good, so its runs are not drawn one by one, and a few busy
 * keys can look like a difference. Keys are counted in buckets, by their hash.
 */

/** What the keys of one bucket came to under one revision. */
export interface Bucket {
  readonly n: number
  /** Sum of the level of its runs. */
  readonly sum: number
}

/** Fewer effective buckets than this give no verdict. */
export const LEAST_BUCKETS = 20

/** As many buckets of equal size would vary as much: (sum n)^2 / sum n^2. */
export function effectiveBuckets(buckets: readonly Bucket[]): number {
  let n = 0
  let squares = 0
  for (const bucket of buckets) {
    n += bucket.n
    squares += bucket.n ** 2
  }
  return squares === 0 ? 0 : n ** 2 / squares
}

/** The variance of the mean when buckets are what was drawn: `sum over g of (S_g - R n_g)^2 / n^2`, R the mean. */
function clusteredVariance(buckets: readonly Bucket[]): { n: number; mean: number; variance: number } {
  let n = 0
  let sum = 0
  for (const bucket of buckets) {
    n += bucket.n
    sum += bucket.sum
  }
  if (n === 0) return { n, mean: 0, variance: 0 }
  const mean = sum / n
  let squares = 0
  for (const bucket of buckets) squares += (bucket.sum - mean * bucket.n) ** 2
  return { n, mean, variance: squares / n ** 2 }
}

/**
 * The design effect: how many times larger the variance of the difference is than it would be with runs drawn one by
 * one (Kish); never below 1.
 * @param spread the variance of a single run's level under a revision, given its mean: mean (1 - mean) for rates
 */
export function designEffect(
  baseline: readonly Bucket[],
  candidate: readonly Bucket[],
  spread: (mean: number, of: 'baseline' | 'candidate') => number = (mean) => mean * (1 - mean),
): number {
  const a = clusteredVariance(baseline)
  const b = clusteredVariance(candidate)
  if (a.n === 0 || b.n === 0) return 1
  const naive = spread(a.mean, 'baseline') / a.n + spread(b.mean, 'candidate') / b.n
  return naive === 0 ? 1 : Math.max(1, (a.variance + b.variance) / naive)
}

/**
 * How much wider an interval has to be, squared, when its variance was estimated from so many buckets: (t / z)^2 at the
 * same level, by the expansion of Student's t in 1 / degrees of freedom (Abramowitz & Stegun 26.7.5).
 * @param alpha two-sided
 */
export function studentCorrection(buckets: number, alpha: number): number {
  const freedom = Math.max(buckets - 1, 1)
  // The quantile that belongs to the bound of the evidence, which is what the wealth has to reach.
  const z = Math.sqrt(2 * Math.log(2 / alpha))
  const t = z + (z ** 3 + z) / (4 * freedom) + (5 * z ** 5 + 16 * z ** 3 + 3 * z) / (96 * freedom ** 2)
  return (t / z) ** 2
}

/** By what log-wealth is divided under sticky traffic; null where there are too few keys for a verdict. */
export function inflationOf(
  baseline: readonly Bucket[],
  candidate: readonly Bucket[],
  alpha: number,
  spread?: (mean: number, of: 'baseline' | 'candidate') => number,
): number | null {
  const least = Math.min(effectiveBuckets(baseline), effectiveBuckets(candidate))
  if (least < LEAST_BUCKETS) return null
  return designEffect(baseline, candidate, spread) * studentCorrection(least, alpha)
}
