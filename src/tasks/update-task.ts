import type { ModelRegistry } from '../models/model-registry.ts'
import { ApiError, ValidationError } from '../platform/errors.ts'
import { buildRevision } from './build-revision.ts'
import { duplicateName } from './create-task.ts'
import type { Revision, Task } from './task.ts'
import type { UpdateTaskInput } from './task-input.ts'
import type { TaskStore } from './task-store.ts'

/** Updates that lose the race against others are made again on what those left, so often. */
const MOST_TRIES = 10

/**
 * Changes a task. A revision field that differs from the newest revision makes a new, inactive revision;
 * `active_revisions` replaces the whole set. Everything is saved in one step or not at all.
 * @throws {ApiError} TASK_NOT_FOUND, DUPLICATE_TASK_NAME, TOO_MANY_REVISIONS
 * @throws {ValidationError} see buildRevision; also for revisions that are unknown, another task's, or tests
 */
export async function updateTask(
  deps: { tasks: TaskStore; models: ModelRegistry },
  owner: { project: string; task: string },
  input: UpdateTaskInput,
): Promise<{ task: Task; revisions: Revision[] }> {
  for (let attempt = 0; attempt < MOST_TRIES; attempt += 1) {
    const stored = await deps.tasks.read(owner.project, owner.task)
    if (!stored) throw new ApiError('TASK_NOT_FOUND', 'There is no such task.')
    const revisions = await deps.tasks.revisions(owner.project, owner.task)
    const revision = buildRevision(stored.task, revisions[0] ?? null, input, deps.models)
    if (input.active_revisions) checkActive(input.active_revisions, revisions)
    const task: Task = {
      ...stored.task,
      name: input.name ?? stored.task.name,
      description: input.description === undefined ? stored.task.description : (input.description ?? ''),
      enabled: input.enabled ?? stored.task.enabled,
      public: input.public ?? stored.task.public,
      exposed_to_agents: input.exposed_to_agents ?? stored.task.exposed_to_agents,
      task_run_visibility: input.task_run_visibility ?? stored.task.task_run_visibility,
      active_revisions: input.active_revisions ?? stored.task.active_revisions,
      modified: new Date().toISOString(),
    }
    const outcome = await deps.tasks.save(task, stored.version, revision)
    if (outcome === 'saved') return { task, revisions: revision ? [revision, ...revisions] : revisions }
    if (outcome === 'name') throw duplicateName(task.name)
    if (outcome === 'revisions')
      throw new ApiError('TOO_MANY_REVISIONS', 'The task has as many revisions as it may.')
  }
  throw new ApiError('TOO_MANY_REQUESTS', 'Others keep changing this task; try again.', { retry_after: 1 })
}

function checkActive(
  active: NonNullable<UpdateTaskInput['active_revisions']>,
  revisions: readonly Revision[],
): void {
  for (const [index, { task_revision_id }] of active.entries()) {
    const known = revisions.find((revision) => revision.id === task_revision_id)
    const problem = !known
      ? 'no such revision of this task'
      : known.test
        ? 'a test revision cannot be active'
        : null
    if (problem) throw ValidationError.at(['body', 'active_revisions', index, 'task_revision_id'], problem)
  }
}
