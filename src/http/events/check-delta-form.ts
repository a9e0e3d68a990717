import { ValidationError } from '../../platform/errors.ts'
import type { TaskStore } from '../../tasks/task-store.ts'
import type { DeltaForm } from './run-event-frames.ts'

/** @throws {ValidationError} for a run whose response has no fields, when they are asked for */
export async function checkDeltaForm(
  tasks: TaskStore,
  { project_id, task_id }: { project_id: string; task_id: string },
  form: DeltaForm,
): Promise<void> {
  if (form === 'text') return
  const task = await tasks.recent(project_id, task_id)
  if (task && task.output_modality !== 'json') {
    throw ValidationError.at(
      ['query', 'as'],
      `the task answers with ${task.output_modality}, which has no fields`,
    )
  }
}
