import type { Feedback, FeedbackChange, Run, Score } from '@splitrun/client'
import type { QueryKey } from '@tanstack/react-query'
import { useId } from 'react'
import { useChange } from '../../app/use-api.ts'
import { useKept } from '../../app/use-kept.ts'
import { ActionButton } from '../../parts/action-button.tsx'
import { useAnnounce } from '../../parts/page/announcer.tsx'
import { Problem } from '../../parts/page/problem.tsx'
import {
  feedbackChange,
  feedbackDraftOf,
  type TypedFeedback,
  withoutSaid,
  withTyped,
} from './feedback-draft.ts'
import { ScoreField } from './score-field.tsx'

interface FeedbackFormProps {
  readonly run: Run
  readonly declared: Readonly<Record<string, Score>>
  readonly feedback: Feedback
  /** What is read anew after a change. */
  readonly stale: QueryKey
}

/** Says something of a run, or takes it back. */
export function FeedbackForm({ run, declared, feedback, stale }: FeedbackFormProps) {
  const announce = useAnnounce()
  const comment = useId()
  // Only what is typed here: the rest is as it was said last, also where somebody else says it meanwhile.
  const [typed, setTyped] = useKept<TypedFeedback>(`feedback ${run.id}`, () => ({ scores: {} }))
  const before = feedbackDraftOf(feedback, declared)
  const draft = withTyped(before, typed)
  const change = feedbackChange(before, draft, declared)
  const giving = useChange(
    (client, given: FeedbackChange) => client.feedback.give(run.task_id, run.id, given),
    [stale],
    () => announce('The feedback is kept.'),
  )
  return (
    <form
      className="stack"
      aria-label="Give feedback"
      onSubmit={(event) => {
        event.preventDefault()
        if (change) giving.mutate(change, { onSuccess: () => setTyped((now) => withoutSaid(now, draft)) })
      }}
    >
      {Object.entries(declared).map(([name, score]) => (
        <ScoreField
          key={name}
          name={name}
          score={score}
          value={draft.scores[name] ?? ''}
          onChange={(value) => setTyped({ ...typed, scores: { ...typed.scores, [name]: value } })}
        />
      ))}
      <label htmlFor={comment}>Comment</label>
      <textarea
        id={comment}
        rows={2}
        value={draft.comment}
        onChange={({ target }) => setTyped({ ...typed, comment: target.value })}
      />
      {giving.error && <Problem error={giving.error} />}
      <ActionButton
        type="submit"
        scope="run:write"
        busy={giving.isPending}
        whyNot={change === null ? 'Nothing else is said than before.' : null}
      >
        Give feedback
      </ActionButton>
    </form>
  )
}
