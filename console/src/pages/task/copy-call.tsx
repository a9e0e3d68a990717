import type { TaskRecord } from '@splitrun/client'
import { useState } from 'react'
import { serverAddress } from '../../app/api.ts'
import { useProject } from '../../app/project.ts'
import { formatForClient } from '../../parts/code/answer-kinds.ts'
import type { WrittenCall } from '../../parts/code/calls-as-code.ts'
import { CodeDialog } from '../../parts/code/code-dialog.tsx'
import { filledParameters } from '../../parts/code/filled-parameters.ts'

/** A call with something in the place of each input, for whichever revision is drawn. */
function callOf(task: TaskRecord, org: string, project: string): WrittenCall {
  const active = task.active_revisions.flatMap(
    ({ task_revision_id: id }) => task.revisions.find((revision) => revision.id === id) ?? [],
  )
  const drawn = active.length > 0 ? active : task.revisions.slice(0, 1)
  const filled = new Map(drawn.flatMap((revision) => [...filledParameters(revision)]))
  const names = new Set(drawn.flatMap(({ input_params }) => input_params).filter((name) => !filled.has(name)))
  const needsFile = drawn.some(({ file_input_mode: mode }) => mode === 'file') && filled.size === 0
  return {
    server: serverAddress(),
    ...{ org, project, task: task.id, revision: null },
    inputs: Object.fromEntries([...names].map((name) => [name, `some ${name}`])),
    files: [
      ...(drawn.some(({ image_required }) => image_required) ? ['image.png'] : []),
      ...(needsFile ? ['document.pdf'] : []),
      ...[...filled.values()].map((name) => name ?? 'document.pdf'),
    ],
    format: formatForClient(task, drawn[0]),
  }
}

/** How the task is called from elsewhere. */
export function CopyCall({ task }: { task: TaskRecord }) {
  const { project } = useProject()
  const [isOpen, setOpen] = useState(false)
  return (
    <>
      <button type="button" onClick={() => setOpen(true)}>
        Copy as code
      </button>
      {isOpen && (
        <CodeDialog call={callOf(task, project.org_id, project.id)} onClose={() => setOpen(false)} />
      )}
    </>
  )
}
