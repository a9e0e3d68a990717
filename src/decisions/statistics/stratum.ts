/**
 * What two revisions came to under one version of the weights, in which the candidate's share was constant. Counts are
 * all that the statistics need, so those of several shards and hours may be added in any order.
 */
export interface Stratum {
  /** The candidate's share of what went to either of the two, above 0 and below 1; as drawn, not as counted. */
  readonly share: number
  /** Number of runs of the baseline by level: as many as the scale has levels. */
  readonly baseline: ArrayLike<number>
  readonly candidate: ArrayLike<number>
}

/** How a metric is measured: every run has one of the levels, each a number from 0 to 1. */
export interface Scale {
  readonly levels: readonly number[]
  /** The values that bets are centred on: near the metric's mean they win the most. See `bets.ts`. */
  readonly centres: readonly number[]
  /** Octaves (factors of 2) from level 0 to level 1, for metrics that are compared by ratio; null: by difference. */
  readonly octaves: number | null
  /** The value that a level stands for, in the metric's unit; absent: the level itself. */
  readonly toValue?: (level: number) => number
}

/** The number of runs, and the mean of their levels, from 0 to 1; null where there is no run. */
export function meanOf(
  counts: ArrayLike<number>,
  levels: readonly number[],
): { n: number; mean: number | null } {
  let n = 0
  let sum = 0
  for (const [level, y] of levels.entries()) {
    const count = counts[level] ?? 0
    n += count
    sum += count * y
  }
  return { n, mean: n === 0 ? null : sum / n }
}

/**
 * The estimate of `mean(candidate) - mean(baseline)`: that of each stratum, weighted by nA nB / (nA + nB), which is the
 * least variance where the levels vary as much in both. Strata are not pooled: when the inputs drift while the weights
 * change, a pooled difference is wrong even between identical revisions. Null before both have a run in one stratum.
 */
export function differenceOf(strata: readonly Stratum[], levels: readonly number[]): number | null {
  let weights = 0
  let sum = 0
  for (const stratum of strata) {
    const a = meanOf(stratum.baseline, levels)
    const b = meanOf(stratum.candidate, levels)
    if (a.mean === null || b.mean === null) continue
    const weight = (a.n * b.n) / (a.n + b.n)
    weights += weight
    sum += weight * (b.mean - a.mean)
  }
  return weights === 0 ? null : sum / weights
}
