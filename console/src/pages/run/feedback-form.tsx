import type { Feedback, FeedbackChange, Run, Score } from '@splitrun/client'
import type { QueryKey } from '@tanstack/react-query'
import { useId, useState } from 'react'
import { useChange } from '../../app/use-api.ts'
import { ActionButton } from '../../parts/action-button.tsx'
import { useAnnounce } from '../../parts/page/announcer.tsx'
import { Problem } from '../../parts/page/problem.tsx'
import { feedbackChange, feedbackDraftOf } from './feedback-draft.ts'
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
  const [before] = useState(() => feedbackDraftOf(feedback, declared))
  const [draft, setDraft] = useState(before)
  const change = feedbackChange(before, draft, declared)
  const giving = useChange(
    (client, given: FeedbackChange) => client.feedback.give(run.task_id, run.id, given),
    [stale],
  )
  return (
    <form
      className="stack"
      aria-label="Give feedback"
      onSubmit={(event) => {
        event.preventDefault()
        if (change) giving.mutate(change, { onSuccess: () => announce('The feedback is kept.') })
      }}
    >
      {Object.entries(declared).map(([name, score]) => (
        <ScoreField
          key={name}
          name={name}
          score={score}
          value={draft.scores[name] ?? ''}
          onChange={(value) => setDraft({ ...draft, scores: { ...draft.scores, [name]: value } })}
        />
      ))}
      <label htmlFor={comment}>Comment</label>
      <textarea
        id={comment}
        rows={2}
        value={draft.comment}
        onChange={({ target }) => setDraft({ ...draft, comment: target.value })}
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
