import type { TaskRecord } from '@splitrun/client'
import type { Project } from '../../app/api.ts'
import type { WrittenCall } from './calls-as-code.ts'
import { type Column, inputsOf, type Workbench } from './workbench.ts'

/** Where the server is, as seen from here: the page is in its folder `console`. */
const serverOf = (): string => new URL('..', location.href).href.replace(/\/$/, '')

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
    server: serverOf(),
    ...{ org: project.org_id, project: project.id, task: task.id, revision: column.revision },
    inputs: readInputs(),
    images: images.length,
    format: task.output_modality === 'json' ? (revision?.output_format ?? null) : null,
  }
}
