import type { Feedback, FeedbackChange, Score, ScoreValue } from '@splitrun/client'

/** What is said, as it is typed; empty where nothing is. */
export interface FeedbackDraft {
  readonly scores: Readonly<Record<string, string>>
  readonly comment: string
}

type Declared = Readonly<Record<string, Score>>

/** A value of a score for a person. */
export function scoreText(value: ScoreValue): string {
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  return String(value)
}

/** What was said last, to be changed. */
export const feedbackDraftOf = ({ scores, comment }: Feedback, declared: Declared): FeedbackDraft => ({
  scores: Object.fromEntries(Object.keys(declared).map((name) => [name, String(scores[name]?.value ?? '')])),
  comment: comment ?? '',
})

/** What is typed, over what was said last. */
export interface TypedFeedback {
  readonly scores: Readonly<Record<string, string>>
  /** Undefined where nothing was typed. */
  readonly comment?: string | undefined
}

export const withTyped = (before: FeedbackDraft, typed: TypedFeedback): FeedbackDraft => ({
  scores: { ...before.scores, ...typed.scores },
  comment: typed.comment ?? before.comment,
})

/** What of it was not said, which is what was typed since. */
export const withoutSaid = (typed: TypedFeedback, said: FeedbackDraft): TypedFeedback => ({
  scores: Object.fromEntries(
    Object.entries(typed.scores).filter(([name, text]) => said.scores[name] !== text),
  ),
  comment: typed.comment === said.comment ? undefined : typed.comment,
})

function saidValue(score: Score | undefined, text: string): ScoreValue | null {
  if (text.trim() === '') return null
  if (score?.type === 'boolean') return text === 'true'
  return score?.type === 'number' ? Number(text) : text
}

/** What has to be said for a draft to hold; null where that is nothing. What was emptied is taken back. */
export function feedbackChange(
  before: FeedbackDraft,
  after: FeedbackDraft,
  declared: Declared,
): FeedbackChange | null {
  const changed = Object.entries(after.scores).filter(([name, text]) => before.scores[name] !== text)
  const isComment = before.comment !== after.comment
  if (changed.length === 0 && !isComment) return null
  return {
    scores: Object.fromEntries(changed.map(([name, text]) => [name, saidValue(declared[name], text)])),
    ...(isComment && { comment: after.comment.trim() === '' ? null : after.comment }),
  }
}
