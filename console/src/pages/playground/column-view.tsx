import type { TaskRecord } from '@splitrun/client'
import { Link } from '@tanstack/react-router'
import { useId } from 'react'
import { useProject } from '../../app/project.ts'
import { ActionButton } from '../../parts/action-button.tsx'
import { takesFormat } from '../../parts/code/answer-kinds.ts'
import { Unread } from '../../parts/page/unread.tsx'
import { useModels } from '../../parts/simulated.tsx'
import { revisionName } from '../../parts/use-tasks.ts'
import { ColumnAnswer } from './column-answer.tsx'
import { draftOf, isUnchanged } from './draft.ts'
import { DraftFields } from './draft-fields.tsx'
import type { Progress } from './progress.ts'
import { type Column, contentOf } from './workbench.ts'

interface ColumnViewProps {
  readonly task: TaskRecord
  readonly column: Column
  readonly title: string
  readonly progress: Progress | undefined
  readonly onChange: (column: Column) => void
  /** Absent for the last one. */
  readonly onRemove: (() => void) | undefined
  readonly onCode: () => void
}

/** A revision, or a draft of one, and what it answers. */
export function ColumnView({ task, column, title, progress, onChange, onRemove, onCode }: ColumnViewProps) {
  const name = useId()
  const { whyNot } = useProject()
  const reading = useModels()
  const { data: models = [] } = reading
  const base = task.revisions.find(({ id }) => id === column.revision)
  if (!base) return null
  const { draft } = column
  const model = draft?.llm_model_id ?? base.llm_model_id
  const isKnown = models.some(({ id }) => id === model)

  function chooseModel(id: string) {
    if (!base) return
    const next = { ...(draft ?? draftOf(base)), llm_model_id: id }
    onChange({ ...column, draft: isUnchanged(next, base) ? null : next })
  }
  const rewrite = () => onChange({ ...column, draft: draft ? null : draftOf(base) })
  return (
    <section className="playground-column" aria-labelledby={name}>
      <div className="row">
        <h2 id={name}>{title}</h2>
        {onRemove && (
          <button type="button" aria-label={`Remove ${title}`} onClick={onRemove}>
            ×
          </button>
        )}
      </div>
      <div className="row">
        <select
          aria-label={`Revision of ${title}`}
          value={column.revision}
          onChange={({ target }) => onChange({ ...column, revision: target.value, draft: null })}
        >
          {task.revisions.map(({ id, annotation, test, active }) => (
            <option key={id} value={id}>
              {[revisionName(task, id), annotation, test && '· test', active && '· active']
                .filter(Boolean)
                .join(' ')}
            </option>
          ))}
        </select>
        <select
          aria-label={`Model of ${title}`}
          value={model}
          disabled={whyNot('task:write') !== null}
          title={whyNot('task:write') ?? undefined}
          onChange={({ target }) => chooseModel(target.value)}
        >
          {!isKnown && <option value={model}>{model}</option>}
          {models.map(({ id, name: text }) => (
            <option key={id} value={id}>
              {text}
            </option>
          ))}
        </select>
        <Unread query={reading} what="the models" />
      </div>
      <div className="row">
        <ActionButton scope="task:write" onPress={rewrite}>
          {draft ? 'Drop the draft' : 'Draft a change'}
        </ActionButton>
        <button type="button" onClick={onCode}>
          Copy as code
        </button>
        {progress?.ended?.task_revision_id && draft && (
          <Link
            to="/tasks/$task/edit"
            params={{ task: task.id }}
            search={{ from: progress.ended.task_revision_id }}
            className="button"
          >
            Make it a revision
          </Link>
        )}
      </div>
      {draft && (
        <DraftFields
          draft={draft}
          title={title}
          hasFormat={takesFormat(task.output_modality)}
          onChange={(next) => onChange({ ...column, draft: next })}
        />
      )}
      {progress && column.run && column.run.of !== contentOf(column) && (
        <p className="quiet">This is what it answered before it was changed:</p>
      )}
      {progress && <ColumnAnswer task={task.id} progress={progress} />}
    </section>
  )
}
