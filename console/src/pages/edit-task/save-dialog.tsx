import { type Revision, SplitrunError, type TaskChange, type TaskState } from '@splitrun/client'
import { useState } from 'react'
import { useChange } from '../../app/use-api.ts'
import { ActionButton } from '../../parts/action-button.tsx'
import { Modal } from '../../parts/page/modal.tsx'
import { isRollingOut, WeightsProblem } from '../../parts/revisions/weights-problem.tsx'
import { revisionName } from '../../parts/use-tasks.ts'
import {
  changedFields,
  currentRevision,
  type Draft,
  differUnseen,
  fieldsOfTask,
  makesRevision,
  revisionOf,
  wireOf,
} from './draft.ts'
import { FieldDiffs } from './field-diffs.tsx'
import { type Traffic, trafficOf } from './traffic.ts'
import { TrafficChoice } from './traffic-choice.tsx'

interface SaveDialogProps {
  readonly state: TaskState
  /** What the task is now. */
  readonly base: Draft
  /** What the editing began from, which may be another one than what the task is now. */
  readonly opened: Revision | undefined
  readonly draft: Draft
  readonly onClose: () => void
  readonly onSaved: (state: TaskState) => void
  /** Called where somebody else has changed the task meanwhile. */
  readonly onStale: () => void
}

const NO_SHARE = 'A share of the traffic is more than 0 and at most 100 percent.'

/** Shows what would change, asks who gets it, and saves it. */
export function SaveDialog({ state, base, opened, draft, onClose, onSaved, onStale }: SaveDialogProps) {
  const [traffic, setTraffic] = useState<Traffic>({ kind: 'none', percent: 10 })
  const fields = changedFields(base, draft)
  const current = currentRevision(state.task)
  const isUnseen = opened !== undefined && current !== undefined && differUnseen(opened, current)
  const isRevision = makesRevision(fields) || isUnseen
  const saving = useChange(
    // What is no JSON is refused like what the server refuses.
    async (client, { changeOf, supersede }: { changeOf: () => TaskChange; supersede: boolean }) =>
      client.tasks.update(state.task.id, changeOf(), { ifMatch: state.etag, supersede }),
    [['tasks']],
  )
  const isNoShare = isRevision && traffic.kind === 'share' && !(traffic.percent > 0 && traffic.percent <= 100)
  // Saved, it leads to another page, which may take a moment to load.
  const isBusy = saving.isPending || saving.isSuccess
  const supersede = isRollingOut(saving.error)
  function chooseTraffic(chosen: Traffic) {
    if (saving.isError) saving.reset()
    setTraffic(chosen)
  }
  function save() {
    saving.mutate(
      {
        changeOf: () => ({
          ...wireOf(draft, fieldsOfTask(fields)),
          ...(isRevision && {
            ...revisionOf(draft, opened),
            ...trafficOf(traffic, state.task.active_revisions),
          }),
        }),
        supersede,
      },
      {
        onSuccess: onSaved,
        onError: (error) => error instanceof SplitrunError && error.reason === 'STALE_TASK' && onStale(),
      },
    )
  }
  return (
    <Modal title="What changes" busy={isBusy} onClose={onClose}>
      {opened && current && opened.id !== current.id && (
        <p className="quiet">
          Beside {revisionName(state.task, current.id)}, the newest revision that is no test. All of the new
          one is as it stands here
          {isUnseen && `, and what is not shown here as in ${revisionName(state.task, opened.id)}`}.
        </p>
      )}
      <FieldDiffs before={base} after={draft} fields={fields} />
      {isRevision ? (
        <TrafficChoice traffic={traffic} onChange={chooseTraffic} />
      ) : (
        <p>No new revision: only the task itself changes.</p>
      )}
      {isNoShare && <p role="alert">{NO_SHARE}</p>}
      {saving.error && <WeightsProblem error={saving.error} />}
      <div className="row">
        <ActionButton
          scope="task:write"
          primary
          busy={isBusy}
          whyNot={isNoShare ? NO_SHARE : null}
          onPress={save}
        >
          {supersede ? 'End the rollout, and save' : 'Save'}
        </ActionButton>
        <ActionButton busy={isBusy} onPress={onClose}>
          Go on editing
        </ActionButton>
      </div>
    </Modal>
  )
}
