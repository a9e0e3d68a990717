import { SplitrunError, type TaskChange, type TaskState } from '@splitrun/client'
import { useState } from 'react'
import { useChange } from '../../app/use-api.ts'
import { ActionButton } from '../../parts/action-button.tsx'
import { Modal } from '../../parts/page/modal.tsx'
import { Problem } from '../../parts/page/problem.tsx'
import { changedFields, type Draft, makesRevision, wireOf } from './draft.ts'
import { FieldDiffs } from './field-diffs.tsx'
import { type Traffic, trafficOf } from './traffic.ts'
import { TrafficChoice } from './traffic-choice.tsx'

interface SaveDialogProps {
  readonly state: TaskState
  readonly base: Draft
  readonly draft: Draft
  readonly onClose: () => void
  readonly onSaved: (state: TaskState) => void
  /** Called where somebody else has changed the task meanwhile. */
  readonly onStale: () => void
}

/** Shows what would change, asks who gets it, and saves it. */
export function SaveDialog({ state, base, draft, onClose, onSaved, onStale }: SaveDialogProps) {
  const [traffic, setTraffic] = useState<Traffic>({ kind: 'none', percent: 10 })
  const fields = changedFields(base, draft)
  const saving = useChange(
    // What is no JSON is refused like what the server refuses.
    async (client, changeOf: () => TaskChange) =>
      client.tasks.update(state.task.id, changeOf(), { ifMatch: state.etag }),
    [['tasks']],
  )
  // Saved, it leads to another page, which may take a moment to load.
  const isBusy = saving.isPending || saving.isSuccess
  function save() {
    saving.mutate(
      () => ({
        ...wireOf(draft, fields),
        ...(makesRevision(fields) && trafficOf(traffic, state.task.active_revisions)),
      }),
      {
        onSuccess: onSaved,
        onError: (error) => error instanceof SplitrunError && error.reason === 'STALE_TASK' && onStale(),
      },
    )
  }
  return (
    <Modal title="What changes" busy={isBusy} onClose={onClose}>
      <FieldDiffs before={base} after={draft} fields={fields} />
      {makesRevision(fields) ? (
        <TrafficChoice traffic={traffic} onChange={setTraffic} />
      ) : (
        <p>No new revision: only the task itself changes.</p>
      )}
      {saving.error && <Problem error={saving.error} />}
      <div className="row">
        <ActionButton scope="task:write" primary busy={isBusy} onPress={save}>
          Save
        </ActionButton>
        <ActionButton busy={isBusy} onPress={onClose}>
          Go on editing
        </ActionButton>
      </div>
    </Modal>
  )
}
