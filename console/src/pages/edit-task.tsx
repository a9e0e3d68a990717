import type { Revision, TaskRecord, TaskState } from '@splitrun/client'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { useDirtyGuard } from '../app/use-dirty-guard.ts'
import { useKept } from '../app/use-kept.ts'
import { ActionButton } from '../parts/action-button.tsx'
import { useAnnounce } from '../parts/page/announcer.tsx'
import { Loaded } from '../parts/page/loaded.tsx'
import { PageFrame } from '../parts/page/page-frame.tsx'
import { useFilters, useParam } from '../parts/use-address.ts'
import { revisionName, useTask } from '../parts/use-tasks.ts'
import {
  changedFields,
  currentRevision,
  type Draft,
  differUnseen,
  draftOf,
  EMPTY_DRAFT,
} from './edit-task/draft.ts'
import { DraftForm } from './edit-task/draft-form.tsx'
import { SaveDialog } from './edit-task/save-dialog.tsx'
import { StaleNotice } from './edit-task/stale-notice.tsx'

/** The editor of a task, from its newest revision that is no test, or the one that the address names. */
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

/** What is being edited. */
interface Editing {
  /** The task as it was when it began. */
  readonly start: TaskState
  /** The revision that it began from. */
  readonly opened: Revision | undefined
  /** As text, and what has become of it. */
  readonly began: Draft
  readonly draft: Draft
}

/** Of the next revision nothing is noted yet: the note of the one before is not taken over. */
const textsOf = (task: TaskRecord, revision: Revision | undefined): Draft => ({
  ...(revision ? draftOf(task, revision) : EMPTY_DRAFT),
  annotation: '',
})

const currentTexts = ({ task }: TaskState): Draft => textsOf(task, currentRevision(task))

function beginEditing(start: TaskState, from: string | undefined): Editing {
  const { task } = start
  const opened = task.revisions.find(({ id }) => id === from) ?? currentRevision(task)
  const began = textsOf(task, opened)
  return { start, opened, began, draft: began }
}

const isTyped = ({ began, draft }: Editing): boolean => changedFields(began, draft).length > 0

function Editor({ latest, from, refresh }: EditorProps) {
  const navigate = useNavigate()
  const announce = useAnnounce()
  // What the editing began from stays, however often the task is read anew: its ETag guards what is saved.
  const [editing, setEditing] = useKept(
    `edit ${latest.task.id} ${from}`,
    () => beginEditing(latest, from),
    isTyped,
  )
  const { start, opened, draft } = editing
  const current = currentRevision(start.task)
  // What is saved is beside what the task is, whatever the editing began from.
  const base = currentTexts(start)
  const [isSaving, setSaving] = useState(false)
  const [isStale, setStale] = useState(false)
  const fields = changedFields(base, draft)
  const isOther = opened !== undefined && current !== undefined && opened.id !== current.id
  const isSame = fields.length === 0 && !(isOther && differUnseen(opened, current))
  const params = { task: start.task.id }
  const allowLeave = useDirtyGuard(isTyped(editing))

  function goOnFrom(next: Draft, revision: Revision | undefined) {
    setEditing({ start: latest, opened: revision, began: currentTexts(latest), draft: next })
    setStale(false)
  }
  return (
    <PageFrame
      title={`Edit ${start.task.name}`}
      mark={isOther && <span className="quiet">from {revisionName(start.task, opened.id)}</span>}
      actions={
        <ActionButton
          primary
          scope="task:write"
          whyNot={isSame ? 'Nothing was changed yet.' : null}
          onPress={() => setSaving(true)}
        >
          Review and save
        </ActionButton>
      }
    >
      {isStale && (
        <StaleNotice
          base={base}
          theirs={currentTexts(latest)}
          mine={draft}
          onMerge={() =>
            goOnFrom(
              { ...currentTexts(latest), ...Object.fromEntries(fields.map((each) => [each, draft[each]])) },
              isOther ? opened : currentRevision(latest.task),
            )
          }
          onTakeTheirs={() => goOnFrom(currentTexts(latest), currentRevision(latest.task))}
        />
      )}
      <DraftForm draft={draft} onChange={(next) => setEditing((now) => ({ ...now, draft: next }))} />
      {isSaving && (
        <SaveDialog
          {...{ state: start, base, opened, draft }}
          onClose={() => setSaving(false)}
          onStale={() => {
            setSaving(false)
            void refresh().then(() => setStale(true))
          }}
          onSaved={() => {
            allowLeave()
            void navigate({ to: '/tasks/$task', params }).then(() => announce('Saved.'))
          }}
        />
      )}
    </PageFrame>
  )
}
