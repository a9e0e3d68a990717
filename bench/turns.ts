import { randomInt } from 'node:crypto'
import { percentileOf } from './load.ts'
import { median } from './measure.ts'

/**
 * Measures all subjects in turn, round after round, so that what the machine does meanwhile, and whatever is not warm
 * yet, falls on all of them alike. Returns what was seen of each subject, by round.
 * @param rotating whether each round begins with another one, so that what follows on what falls on all of them alike, too
 */
export async function takeTurns<S, T>(
  subjects: readonly S[],
  rounds: number,
  measure: (subject: S, round: number) => Promise<T>,
  { rotating = false } = {},
): Promise<T[][]> {
  const seen: T[][] = subjects.map(() => [])
  for (let round = 1; round <= rounds; round += 1) {
    const order = [...subjects.entries()]
    const first = rotating ? (round - 1) % order.length : 0
    for (const [at, subject] of [...order.slice(first), ...order.slice(0, first)]) {
      seen[at]?.push(await measure(subject, round))
    }
  }
  return seen
}

/** How many times as much one thing takes as another. */
export interface Growth {
  /** Of the medians over all rounds. */
  readonly factor: number
  /** In every round it was at least this. */
  readonly least: number
  /** Two of the same kind differed by this factor in a round, at most; 1: not at all. */
  readonly noise: number
}

/** Figures by round: those of two of the same kind, and those of what is held against them. */
export interface Rounds {
  readonly same: readonly [readonly number[], readonly number[]]
  readonly others: readonly (readonly number[])[]
}

/** The most that any of the others takes, against the two that are alike. Below `floor` all are alike. */
export function growthOf({ same: [one, again], others }: Rounds, floor = 0): Growth {
  const atLeast = (figure = Number.NaN) => Math.max(figure, floor)
  const pairs = one.map((figure, round) => [atLeast(figure), atLeast(again[round])] as const)
  const base = median(pairs.flat())
  return {
    factor: Math.max(...others.map((figures) => median(figures.map(atLeast)) / base)),
    least: Math.max(
      ...others.map((figures) =>
        Math.min(...pairs.map((pair, round) => atLeast(figures[round]) / Math.max(...pair))),
      ),
    ),
    noise: Math.max(...pairs.map((pair) => Math.max(...pair) / Math.min(...pair))),
  }
}

/** A factor, and what it would have been with other rounds: in nine of ten cases between these two. */
export interface Spread {
  readonly factor: number
  readonly low: number
  readonly high: number
}

const DRAWS = 1000

/**
 * How much a factor owes to the rounds that happened to be measured: it is worked out again and again of as many rounds
 * that are drawn from them with repetition (the bootstrap).
 * @param seen of each subject, by round
 */
export function spreadOf<T>(seen: readonly T[][], factorOf: (seen: readonly T[][]) => number): Spread {
  const rounds = seen[0]?.length ?? 0
  const drawn = Float64Array.from({ length: DRAWS }, () => {
    const picked = Array.from({ length: rounds }, () => randomInt(rounds))
    return factorOf(seen.map((each) => picked.flatMap((round) => each.slice(round, round + 1))))
  }).sort()
  return { factor: factorOf(seen), low: percentileOf(drawn, 0.05), high: percentileOf(drawn, 0.95) }
}

/** What a thing takes that is done often and quickly when little else disturbs it: of a quarter of the times at most. */
export function undisturbed(times: readonly number[]): number {
  return times.toSorted((a, b) => a - b)[Math.floor(times.length / 4)] ?? Number.NaN
}
