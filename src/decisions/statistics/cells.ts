import type { Scale, Stratum } from './stratum.ts'

/** Levels that runs have, and how many have each: what evidence is counted from, without the levels that nobody has. */
export interface Cells {
  readonly levels: Float64Array
  readonly counts: Float64Array
}

/** All strata in which the candidate has one share. Each bet stakes the same on all of their runs, so they count as one. */
export interface StratumCells {
  readonly share: number
  readonly baseline: Cells
  readonly candidate: Cells
}

export function cellsOf(levels: readonly number[], ...counts: readonly ArrayLike<number>[]): Cells {
  const sums = levels.map((_, at) => counts.reduce((sum, each) => sum + (each[at] ?? 0), 0))
  const held = [...sums.keys()].filter((at) => (sums[at] ?? 0) > 0)
  return {
    levels: Float64Array.from(held, (at) => levels[at] ?? 0),
    counts: Float64Array.from(held, (at) => sums[at] ?? 0),
  }
}

/** Strata as evidence is counted from them, by their shares, which stay in the order in which they came. */
export function cellsByShare({ levels }: Pick<Scale, 'levels'>, strata: readonly Stratum[]): StratumCells[] {
  const shares = Map.groupBy(strata, ({ share }) => share)
  return [...shares].map(([share, all]) => ({
    share,
    baseline: cellsOf(levels, ...all.map(({ baseline }) => baseline)),
    candidate: cellsOf(levels, ...all.map(({ candidate }) => candidate)),
  }))
}

/** `sum of count * log(gain)`, where the gain is a straight line in the level: `atZero` at level 0, `atOne` at 1. */
export function logGains({ levels, counts }: Cells, atZero: number, atOne: number): number {
  const slope = atOne - atZero
  let log = 0
  for (let at = 0; at < levels.length; at += 1) {
    log += (counts[at] as number) * Math.log(atZero + slope * (levels[at] as number))
  }
  return log
}
