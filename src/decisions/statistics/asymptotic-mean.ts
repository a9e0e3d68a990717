import type { Interval } from './interval.ts'

/** What is known of the values of one revision: whole numbers, so that sums over shards stay exact. */
export interface Moments {
  readonly n: number
  readonly sum: number
  readonly squares: number
}

/** Fewer values than this on either side give no interval. */
export const LEAST_VALUES = 500
/** The number of runs at which the interval is narrowest. */
const TUNED_FOR = 5000

/**
 * A sequence of intervals for the difference of two means of unbounded values (cost, latency), by the Gaussian mixture
 * boundary: with s^2 = n (s_A^2 / n_A + s_B^2 / n_B), the variance of one run's contribution,
 *
 *     difference +- s sqrt(2 (n rho^2 + 1) / (n^2 rho^2) log(sqrt(n rho^2 + 1) / alpha'))
 *
 * (Waudby-Smith, Arbour, Sinha, Kennedy, Ramdas, "Time-uniform central limit theory and asymptotic confidence sequences",
 * arXiv 2103.06476). It holds **asymptotically** only: with heavy tails, where one time-out outweighs thousands of runs,
 * it is too narrow for a long time. It is shown, and is never a reason for a verdict. Null with too few values.
 */
export function asymptoticInterval(a: Moments, b: Moments, alpha: number): Interval | null {
  if (a.n < LEAST_VALUES || b.n < LEAST_VALUES) return null
  const n = a.n + b.n
  const variance = n * (varianceOf(a) / a.n + varianceOf(b) / b.n)
  const log = Math.log(1 / alpha)
  const rho2 = (2 * log + Math.log(2 * log) + 1) / TUNED_FOR
  const scaled = n * rho2 + 1
  const half = Math.sqrt(((variance * 2 * scaled) / (n ** 2 * rho2)) * Math.log(Math.sqrt(scaled) / alpha))
  const difference = b.sum / b.n - a.sum / a.n
  return [difference - half, difference + half]
}

const varianceOf = ({ n, sum, squares }: Moments): number => Math.max(0, squares / n - (sum / n) ** 2)
