import type { Score } from './task.ts'

export type ScoreValue = boolean | number | string

/** What is said: merged by name, null takes back, the same again changes nothing. */
export interface FeedbackChange {
  readonly scores?: Readonly<Record<string, ScoreValue | null>> | undefined
  readonly comment?: string | null | undefined
}

/** What was said under one name. */
export interface GivenScore {
  /** The latest; null once it was taken back. */
  readonly value: ScoreValue | null
  /** What was said first: comparisons count this. */
  readonly first: ScoreValue
  /** Whether comparisons count it. */
  readonly counted: boolean
  readonly at: string
  readonly by: string
}

/** Feedback on a run. */
export interface Feedback {
  readonly run_id: string
  readonly scores: Readonly<Record<string, GivenScore>>
  readonly comment: string | null
}

/** What a link is for. */
export interface NewFeedbackLink {
  /** All that the task declares where it is absent. */
  readonly scores?: readonly string[] | undefined
  /** Seconds; a week where it is absent. */
  readonly expires_in?: number | undefined
}

export interface FeedbackLink {
  readonly run_id: string
  /** Whoever has it gives feedback without a key. */
  readonly url: string
  readonly scores: readonly string[]
  readonly expires: string
}

/** What whoever has a link is shown. */
export interface LinkedFeedback {
  readonly run_id: string
  readonly expires: string
  readonly declared: Readonly<Record<string, Score>>
  readonly scores: Readonly<Record<string, ScoreValue | null>>
}
