import { median } from './measure.ts'

/**
 * Measures all subjects in turn, round after round, so that what the machine does meanwhile, and whatever is not warm
 * yet, falls on all of them alike. Returns what was seen of each subject, by round.
 */
export async function takeTurns<S, T>(
  subjects: readonly S[],
  rounds: number,
  measure: (subject: S, round: number) => Promise<T>,
): Promise<T[][]> {
  const seen: T[][] = subjects.map(() => [])
  for (let round = 1; round <= rounds; round += 1) {
    for (const [at, subject] of subjects.entries()) seen[at]?.push(await measure(subject, round))
  }
  return seen
}

/** How many times as much one thing takes as another, and how far a thing was from its own like. */
export interface Growth {
  readonly factor: number
  /** 1: none. Two of the same kind differed by this factor in a round, at most. */
  readonly noise: number
}

/** Figures by round: those of two of the same kind, and those of what is held against them. */
export interface Rounds {
  readonly same: readonly [readonly number[], readonly number[]]
  readonly others: readonly (readonly number[])[]
}

/** Of medians: the most that any of the others takes, against the two that are alike. Below `floor` all are alike. */
export function growthOf({ same: [one, again], others }: Rounds, floor = 0): Growth {
  const atLeast = (figure: number) => Math.max(figure, floor)
  const base = atLeast(median([...one, ...again]))
  const most = Math.max(...others.map((figures) => atLeast(median(figures))))
  const noise = Math.max(
    ...one.map((figure, round) => {
      const [a, b] = [atLeast(figure), atLeast(again[round] ?? figure)]
      return Math.max(a, b) / Math.min(a, b)
    }),
  )
  return { factor: most / base, noise }
}
