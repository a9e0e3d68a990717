import type { Run, TaskRecord } from '@splitrun/client'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { useApi } from '../../app/use-api.ts'
import { ActionButton } from '../../parts/action-button.tsx'
import { Loaded } from '../../parts/page/loaded.tsx'
import { FeedbackForm } from './feedback-form.tsx'
import { FeedbackLinkDialog } from './feedback-link-dialog.tsx'
import { GivenScores } from './given-scores.tsx'

/** What is said of a run by the scores that its task declares. */
export function RunFeedback({ run, task }: { run: Run; task: TaskRecord | undefined }) {
  const [isLinking, setLinking] = useState(false)
  const key = ['runs', run.id, 'feedback']
  const query = useApi(key, (client, signal) => client.feedback.get(run.task_id, run.id, { signal }), {
    enabled: run.done,
  })
  const declared = task?.scores ?? {}
  const isDeclared = Object.keys(declared).length > 0
  return (
    <section className="section" aria-labelledby="feedback">
      <div className="page-head">
        <h2 id="feedback">Feedback</h2>
        {isDeclared && run.done && (
          <ActionButton scope="run:write" onPress={() => setLinking(true)}>
            Link for an end user…
          </ActionButton>
        )}
      </div>
      {!run.done ? (
        <p className="quiet">It can be given once the run has ended.</p>
      ) : (
        <Loaded query={query} what="feedback">
          {(feedback) => (
            <>
              <GivenScores feedback={feedback} />
              {isDeclared ? (
                <FeedbackForm {...{ run, declared, feedback, stale: key }} />
              ) : (
                task && (
                  <p className="quiet">
                    The task declares no scores, by which people could say how good its runs are.{' '}
                    <Link to="/tasks/$task/edit" params={{ task: task.id }}>
                      Declare some
                    </Link>
                    .
                  </p>
                )
              )}
            </>
          )}
        </Loaded>
      )}
      {isLinking && <FeedbackLinkDialog run={run} declared={declared} onClose={() => setLinking(false)} />}
    </section>
  )
}
