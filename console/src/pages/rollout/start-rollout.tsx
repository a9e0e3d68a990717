import type { TaskRecord } from '@splitrun/client'
import { Link } from '@tanstack/react-router'
import { useChange } from '../../app/use-api.ts'
import { useKept } from '../../app/use-kept.ts'
import { ActionButton } from '../../parts/action-button.tsx'
import { useAnnounce } from '../../parts/page/announcer.tsx'
import { Empty } from '../../parts/page/empty.tsx'
import { Problem } from '../../parts/page/problem.tsx'
import { GuardFields } from './guard-fields.tsx'
import { type RolloutDraft, rolloutOf, usualRollout } from './rollout-draft.ts'
import { RolloutFields } from './rollout-fields.tsx'

/** Starts a rollout, from the values that the server has by itself. */
export function StartRollout({ task }: { task: TaskRecord }) {
  const announce = useAnnounce()
  const [typed, setTyped] = useKept<RolloutDraft | null>(`rollout ${task.id}`, () => null)
  const draft = typed ?? usualRollout(task)
  const starting = useChange(
    async (client, given: RolloutDraft) => client.rollout.start(task.id, rolloutOf(given, task)),
    [['tasks']],
    () => announce('The rollout has begun.'),
  )
  if (draft === null) {
    return (
      <Empty title="There is nothing to roll out">
        A rollout leads from a revision that has traffic to another one.{' '}
        <Link to="/tasks/$task/edit" params={{ task: task.id }}>
          Change the task
        </Link>{' '}
        and give the new revision to nobody yet; then start here.
      </Empty>
    )
  }
  return (
    <section className="section stack" aria-labelledby="start-rollout">
      <h2 id="start-rollout">Roll a revision out</h2>
      <p>
        The new revision gets its traffic in steps. It earns each by evidence that no guard is exceeded; harm
        takes it back.
      </p>
      <RolloutFields task={task} draft={draft} onChange={setTyped} />
      <GuardFields
        scores={task.scores}
        guards={draft.guards}
        onChange={(guards) => setTyped({ ...draft, guards })}
      />
      {starting.error && <Problem error={starting.error} />}
      <ActionButton
        primary
        scope="task:write"
        busy={starting.isPending}
        onPress={() => starting.mutate(draft)}
      >
        Start the rollout
      </ActionButton>
    </section>
  )
}
