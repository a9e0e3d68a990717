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
