import type { ProcessorCatalogue } from '../../inputs/processor-catalogue.ts'
import { sharedIsoTime } from '../../platform/clock.ts'
import { ApiError, ValidationError } from '../../platform/errors.ts'
import { describeIgnored, ignoredParts } from '../../tasks/ignored-parts.ts'
import type { Shadow } from '../../tasks/split/shadow.ts'
import type { Task } from '../../tasks/task.ts'
import type { StoredTask, TaskStore } from '../../tasks/task-store.ts'
import { type TaskToChange, untilSaved } from '../until-saved.ts'
import type { ShadowInput } from './shadow-input.ts'

export interface SetShadowDeps {
  readonly tasks: TaskStore
  readonly processors: ProcessorCatalogue
  /** True: revisions run without what is not acted on. */
  readonly ignoreInputProcessors: boolean
}

/**
 * Lets a revision run beside the runs of a task, in place of the one that did.
 * @throws {ApiError} TASK_NOT_FOUND, STALE_TASK, INPUT_PROCESSORS_UNAVAILABLE, TASK_STORAGE_FULL, TOO_MANY_REQUESTS
 * @throws {ValidationError} for a revision that is none of the task
 */
export function startShadow(
  deps: SetShadowDeps,
  owner: TaskToChange,
  input: ShadowInput,
  by: string,
): Promise<Task> {
  return untilSaved(deps.tasks, owner, async (stored) => {
    const revision = await deps.tasks.revision(owner.project, input.revision)
    if (revision?.task_id !== owner.task) {
      throw ValidationError.at(['body', 'revision'], 'no such revision of this task')
    }
    const ignored = deps.ignoreInputProcessors ? [] : ignoredParts(revision, deps.processors)
    if (ignored.length > 0) throw new ApiError('INPUT_PROCESSORS_UNAVAILABLE', describeIgnored(ignored))
    return save(deps.tasks, stored, { ...input, began: sharedIsoTime(), by })
  })
}

/**
 * Ends it: what waits is not made, and what runs is broken off. Returns the task as it was.
 * @throws {ApiError} TASK_NOT_FOUND, STALE_TASK, SHADOW_NOT_FOUND, TOO_MANY_REQUESTS
 */
export function endShadow({ tasks }: SetShadowDeps, owner: TaskToChange): Promise<Task> {
  return untilSaved(tasks, owner, async (stored) => {
    if (!stored.task.shadow) throw new ApiError('SHADOW_NOT_FOUND', 'The task has no shadow.')
    return (await save(tasks, stored, null)) && stored.task
  })
}

async function save(
  tasks: TaskStore,
  { task, version }: StoredTask,
  shadow: Shadow | null,
): Promise<Task | null> {
  const changed: Task = { ...task, shadow, modified: sharedIsoTime() }
  return (await tasks.save(changed, version, null, null)) === 'saved' ? changed : null
}
