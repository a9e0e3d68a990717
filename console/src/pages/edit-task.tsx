import type { TaskState } from '@splitrun/client'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { ActionButton } from '../parts/action-button.tsx'
import { useAnnounce } from '../parts/page/announcer.tsx'
import { Loaded } from '../parts/page/loaded.tsx'
import { PageFrame } from '../parts/page/page-frame.tsx'
import { useFilters, useParam } from '../parts/use-address.ts'
import { revisionName, useTask } from '../parts/use-tasks.ts'
import { changedFields, type Draft, draftOf, EMPTY_DRAFT } from './edit-task/draft.ts'
import { DraftForm } from './edit-task/draft-form.tsx'
import { SaveDialog } from './edit-task/save-dialog.tsx'
import { StaleNotice } from './edit-task/stale-notice.tsx'
import { useDirtyGuard } from './edit-task/use-dirty-guard.ts'

/** The editor of a task, from its newest revision or the one that the address names. */
export default function EditTask() {
  const id = useParam('task')
  const [{ from }] = useFilters()
  const query = useTask(id)
  return (
    <Loaded page="Edit" query={query} what="the task">
      {(state) => <Editor key={`${id} ${from}`} latest={state} from={from} refresh={query.refetch} />}
    </Loaded>
  )
}

interface EditorProps {
  /** The task as it was read last. */
  readonly latest: TaskState
  readonly from: string | undefined
  readonly refresh: () => Promise<unknown>
}

function textsOf({ task }: TaskState, from: string | undefined): Draft {
  const revision = task.revisions.find(({ id }) => id === from) ?? task.revisions[0]
  return revision ? draftOf(task, revision) : EMPTY_DRAFT
}

function Editor({ latest, from, refresh }: EditorProps) {
  const navigate = useNavigate()
  const announce = useAnnounce()
  // What the editing began from stays, however often the task is read anew: its ETag guards what is saved.
  const [start, setStart] = useState(latest)
  const [base, setBase] = useState(() => textsOf(latest, from))
  const [draft, setDraft] = useState(base)
  const [isSaving, setSaving] = useState(false)
  const [isStale, setStale] = useState(false)
  const fields = changedFields(base, draft)
  const params = { task: start.task.id }
  const allowLeave = useDirtyGuard(fields.length > 0)

  function goOnFrom(next: Draft) {
    setStart(latest)
    setBase(textsOf(latest, undefined))
    setDraft(next)
    setStale(false)
  }
  return (
    <PageFrame
      title={`Edit ${start.task.name}`}
      mark={from && <span className="quiet">from {revisionName(start.task, from)}</span>}
      actions={
        <ActionButton
          primary
          scope="task:write"
          whyNot={fields.length === 0 ? 'Nothing was changed yet.' : null}
          onPress={() => setSaving(true)}
        >
          Review and save
        </ActionButton>
      }
    >
      {isStale && (
        <StaleNotice
          base={base}
          theirs={textsOf(latest, undefined)}
          mine={draft}
          onMerge={() =>
            goOnFrom({
              ...textsOf(latest, undefined),
              ...Object.fromEntries(fields.map((each) => [each, draft[each]])),
            })
          }
          onTakeTheirs={() => goOnFrom(textsOf(latest, undefined))}
        />
      )}
      <DraftForm draft={draft} onChange={setDraft} />
      {isSaving && (
        <SaveDialog
          {...{ state: start, base, draft }}
          onClose={() => setSaving(false)}
          onStale={() => {
            setSaving(false)
            void refresh().then(() => setStale(true))
          }}
          onSaved={() => {
            announce('Saved.')
            allowLeave()
            void navigate({ to: '/tasks/$task', params })
          }}
        />
      )}
    </PageFrame>
  )
}
