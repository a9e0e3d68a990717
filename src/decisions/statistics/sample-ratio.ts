import { logGamma } from './log-gamma.ts'

/** The evidence from which on the counts are not believed to come from the shares: at most 1 in 1,000 false alarms. */
export const ALARM = 1000
/** How closely the alternatives lie around the shares: as if so many runs had been seen before. */
const CONCENTRATION = 500

/**
 * The logarithm of the evidence that runs were not drawn by these shares, under one version of the weights: a Dirichlet
 * mixture around the shares against the shares, with k = 500,
 *
 *     lgamma(k) - lgamma(k + n) + sum over i of [lgamma(k pi_i + n_i) - lgamma(k pi_i) - n_i log(pi_i)]
 *
 * It may be looked at any time (Lindon & Malek, "Anytime-valid inference for multinomial count data", arXiv 2011.03567).
 * Of several versions the logarithms add up. A loss of runs on one side, of the slow ones for instance, shows here
 * before any other number may be believed.
 * @param shares by revision, above 0; they sum up to 1
 * @param counts runs by revision, in the same order
 */
export function sampleRatioEvidence(shares: readonly number[], counts: readonly number[]): number {
  const n = counts.reduce((sum, count) => sum + count, 0)
  let log = logGamma(CONCENTRATION) - logGamma(CONCENTRATION + n)
  for (const [index, share] of shares.entries()) {
    const count = counts[index] ?? 0
    const prior = CONCENTRATION * share
    log += logGamma(prior + count) - logGamma(prior) - count * Math.log(share)
  }
  return log
}

/** By what one more run of revision `index` multiplies the evidence; `n` runs, `count` of them of this revision, before. */
export function sampleRatioFactor(share: number, count: number, n: number): number {
  return (CONCENTRATION * share + count) / (CONCENTRATION + n) / share
}
