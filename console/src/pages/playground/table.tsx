import type { TaskState } from '@splitrun/client'
import { useEffectEvent, useLayoutEffect, useState } from 'react'
import { useProject } from '../../app/project.ts'
import { ActionButton } from '../../parts/action-button.tsx'
import { CodeDialog } from '../../parts/code/code-dialog.tsx'
import { filledParameters } from '../../parts/code/filled-parameters.ts'
import { useAnnounce } from '../../parts/page/announcer.tsx'
import { Problem } from '../../parts/page/problem.tsx'
import { revisionName } from '../../parts/use-tasks.ts'
import { AnswerTable } from './answer-table.tsx'
import { callOf } from './call-of.ts'
import { ColumnView } from './column-view.tsx'
import { FileTray } from './file-tray.tsx'
import { InputFields } from './input-fields.tsx'
import { parametersOfColumns } from './parameters-of-columns.ts'
import { useColumnRuns } from './use-column-runs.ts'
import { useRunShortcut } from './use-run-shortcut.ts'
import { useWorkbench } from './use-workbench.ts'
import { type Column, inputsOf, MOST_COLUMNS, newColumn, typedOf } from './workbench.ts'

interface TableProps {
  readonly state: TaskState
  /** Where the inputs come from, if anywhere. */
  readonly source: Source | null
}

/** A run whose inputs are to be used. */
export interface Source {
  readonly run: string
  readonly submitted: Readonly<Record<string, unknown>>
  readonly images: readonly Blob[]
}

/** What a document had filled stands there as the document's name. */
const withoutFilled = (inputs: Source['submitted'], filled: ReadonlyMap<string, unknown>) =>
  Object.fromEntries(Object.entries(inputs).filter(([name]) => !filled.has(name)))

/** What is tried: the inputs, and beside each other what the columns make of them. */
export function Table({ state: { task }, source }: TableProps) {
  const { project, whyNot } = useProject()
  const announce = useAnnounce()
  const [workbench, change] = useWorkbench(task)
  const [problem, setProblem] = useState<unknown>(null)
  const [shownCode, setShownCode] = useState<Column | null>(null)
  const { columns, inputs, images } = workbench
  const setColumn = (key: string, to: (column: Column) => Column) =>
    change((before) => ({
      ...before,
      columns: before.columns.map((column) => (column.key === key ? to(column) : column)),
    }))
  const runs = useColumnRuns(task, columns, (key, run) => setColumn(key, (column) => ({ ...column, run })))

  const takeInputs = useEffectEvent(() => {
    if (!source || workbench.source === source.run) return
    const { run, submitted, images: taken } = source
    change((before) => ({
      ...before,
      inputs: typedOf(withoutFilled(submitted, filled)),
      images: taken,
      source: run,
    }))
  })
  useLayoutEffect(() => takeInputs(), [])

  const revisions = columns.flatMap(({ revision }) => task.revisions.find(({ id }) => id === revision) ?? [])
  const parameters = parametersOfColumns(task, columns)
  const filled = new Map(
    revisions
      .flatMap((revision) => [...filledParameters(revision)])
      .filter(([name]) => !parameters.includes(name)),
  )
  const titleOf = ({ revision, draft }: Column, at: number) =>
    `${String.fromCharCode(65 + at)} · ${draft ? 'draft of ' : ''}${revisionName(task, revision)}`

  async function run() {
    // Of a key that is held down, or a second click, the page may not show yet that the first was heard.
    if (runs.isRunningNow()) return
    try {
      const given = inputsOf(inputs, parameters)
      setProblem(null)
      if (await runs.run(given, images)) announce('All columns are done.')
    } catch (error) {
      setProblem(error)
    }
  }
  useRunShortcut(() => {
    const why = whyNot('run:write') ?? (runs.isRunning ? 'They still run. Stop them first.' : null)
    if (why) announce(why)
    else void run()
  })
  const answers = columns.map((column, at) => ({
    title: titleOf(column, at),
    answer: runs.progress.get(column.key)?.ended?.response ?? undefined,
  }))
  return (
    <>
      <section aria-label="Inputs">
        <InputFields
          parameters={parameters}
          inputs={inputs}
          onChange={(next) => change((before) => ({ ...before, inputs: next }))}
        />
        <FileTray
          images={images}
          isRequired={revisions.some(
            ({ image_required: image, file_input_mode: mode }) => image || mode === 'file',
          )}
          takesDocuments={filled.size > 0 || revisions.some(({ file_input_mode: mode }) => mode === 'file')}
          filled={filled}
          onChange={(next) => change((before) => ({ ...before, images: next }))}
        />
        {problem !== null && <Problem error={problem} />}
        <div className="row">
          {runs.isRunning ? (
            <button type="button" onClick={() => void runs.stop().catch(setProblem)}>
              Stop
            </button>
          ) : (
            <ActionButton primary scope="run:write" onPress={run}>
              Run
            </ActionButton>
          )}
          <kbd>Ctrl Enter</kbd>
          <ActionButton
            whyNot={columns.length < MOST_COLUMNS ? null : `There are ${MOST_COLUMNS} columns at most.`}
            onPress={() =>
              change((before) => {
                const last = before.columns.at(-1)
                return last
                  ? { ...before, columns: [...before.columns, newColumn(last.revision, last.draft)] }
                  : before
              })
            }
          >
            Add a column
          </ActionButton>
        </div>
      </section>
      <div className="playground-columns section">
        {columns.map((column, at) => (
          <ColumnView
            key={column.key}
            task={task}
            column={column}
            title={titleOf(column, at)}
            progress={runs.progress.get(column.key)}
            onChange={(next) => setColumn(column.key, () => next)}
            onRemove={
              columns.length > 1
                ? () =>
                    change((before) => ({
                      ...before,
                      columns: before.columns.filter(({ key }) => key !== column.key),
                    }))
                : undefined
            }
            onCode={() => setShownCode(column)}
          />
        ))}
      </div>
      {answers.filter(({ answer }) => answer !== undefined).length > 1 && <AnswerTable answers={answers} />}
      {shownCode && (
        <CodeDialog
          call={callOf(project, task, shownCode, workbench, parameters)}
          onClose={() => setShownCode(null)}
        />
      )}
    </>
  )
}
