import type { Rollout, TaskRecord } from '@splitrun/client'
import { percent } from '../../parts/figures.ts'
import { Moment } from '../../parts/moment.tsx'
import { revisionName } from '../../parts/use-tasks.ts'
import { GuardTable } from './guard-table.tsx'
import { isOpen, reasonText, STATUSES, waitText } from './rollout-words.ts'
import { SteerRollout } from './steer-rollout.tsx'

/** Where a rollout is, what it waits for, and what can be done with it. */
export function RolloutNow({ task, rollout }: { task: TaskRecord; rollout: Rollout }) {
  const { from, to, status, share, shares, step, began, step_began: stepBegan } = rollout
  const [older, newer] = [revisionName(task, from), revisionName(task, to)]
  return (
    <section className="section" aria-labelledby="rollout-now">
      <h2 id="rollout-now">
        From {older} to {newer}: it {STATUSES[status]}
      </h2>
      {status !== 'running' && (
        <p>
          It {STATUSES[status]} {reasonText(rollout)}.
        </p>
      )}
      <p>
        {newer} has {percent(share)} of what both have together
        {isOpen(rollout) && (
          <>
            , since <Moment at={stepBegan} />
          </>
        )}
        . The rollout began <Moment at={began} />.
      </p>
      <ol className="rollout-steps" aria-label="Steps">
        {shares.map((each, at) => (
          <li
            key={each}
            aria-current={at === step && isOpen(rollout) ? 'step' : undefined}
            data-done={status === 'completed' || at < step}
          >
            {percent(each)}
          </li>
        ))}
      </ol>
      {status === 'running' && <p className="rollout-wait">{waitText(rollout)}</p>}
      {isOpen(rollout) && <SteerRollout task={task.id} rollout={rollout} newer={newer} older={older} />}
      <GuardTable rollout={rollout} />
    </section>
  )
}
