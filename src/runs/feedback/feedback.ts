import { isDeepStrictEqual } from 'node:util'
import type { ScoreValue } from '../../tasks/scores/score.ts'

/** What was said of a run under one name. */
export interface GivenScore {
  /** The latest; null once it was taken back. */
  readonly value: ScoreValue | null
  /** What was said first: decisions count this, so that nobody changes them afterwards. */
  readonly first: ScoreValue
  /** Whether decisions count it: its run was drawn, and did not ask for the fallback model. */
  readonly counted: boolean
  /** ISO time, and id of the token, of the latest. */
  readonly at: string
  readonly by: string
}

export interface Feedback {
  readonly scores: Readonly<Record<string, GivenScore>>
  readonly comment: string | null
  /** What reports count now, by name: kept, since what is declared may change. */
  readonly reported?: Readonly<Record<string, string>>
}

export const NO_FEEDBACK: Feedback = { scores: {}, comment: null }

/** What was said last, by name, of feedback as it is stored; what was taken back is left out. */
export function latestScores(stored: string): Record<string, ScoreValue> {
  const { scores } = JSON.parse(stored) as Feedback
  return Object.fromEntries(
    Object.entries(scores).flatMap(([name, { value }]) => (value === null ? [] : [[name, value]])),
  )
}

/** What a caller says: null takes back; what is not named stays. */
export interface FeedbackChange {
  readonly scores: Readonly<Record<string, ScoreValue | null>>
  readonly comment?: string | null | undefined
}

/**
 * Merges what a caller says into what was said before.
 * @returns null where that changes nothing; `named` are the names that had no first value
 */
export function mergeFeedback(
  before: Feedback,
  { scores, comment }: FeedbackChange,
  { at, by, counted }: Pick<GivenScore, 'at' | 'by' | 'counted'>,
): { readonly feedback: Feedback; readonly named: readonly string[] } | null {
  const merged: Record<string, GivenScore> = { ...before.scores }
  const named: string[] = []
  for (const [name, value] of Object.entries(scores)) {
    const known = Object.hasOwn(before.scores, name) ? before.scores[name] : undefined
    if (known ? known.value === value : value === null) continue
    if (known) merged[name] = { ...known, value, at, by }
    else if (value !== null) {
      merged[name] = { value, first: value, counted, at, by }
      named.push(name)
    }
  }
  const feedback = { ...before, scores: merged, comment: comment === undefined ? before.comment : comment }
  return isDeepStrictEqual(feedback, before) ? null : { feedback, named }
}
