import type { TaskRecord } from '@splitrun/client'
import { type Project, serverAddress } from '../../app/api.ts'
import { formatForClient } from '../../parts/code/answer-kinds.ts'
import type { WrittenCall } from '../../parts/code/calls-as-code.ts'
import { type Column, inputsOf, type Workbench } from './workbench.ts'

const nameOf = (file: Blob, at: number): string =>
  file instanceof File && file.name !== '' ? file.name : `image-${at + 1}.png`

/** The call of a column. Inputs that are no JSON yet go in as they are typed. */
export function callOf(
  project: Project,
  task: TaskRecord,
  column: Column,
  { inputs, images }: Workbench,
  parameters: readonly string[],
): WrittenCall {
  const revision = task.revisions.find(({ id }) => id === column.revision)
  const readInputs = () => {
    try {
      return inputsOf(inputs, parameters)
    } catch {
      return Object.fromEntries(Object.entries(inputs).map(([name, { text }]) => [name, text]))
    }
  }
  return {
    server: serverAddress(),
    ...{ org: project.org_id, project: project.id, task: task.id, revision: column.revision },
    inputs: readInputs(),
    files: images.map(nameOf),
    format: formatForClient(task, revision),
  }
}
