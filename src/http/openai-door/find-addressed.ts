import { ApiError } from '../../platform/errors.ts'
import {
  type ChosenRevision,
  type FindTaskDeps,
  findTask,
  findVersion,
  revisionsOf,
} from '../../tasks/naming/find-task.ts'
import type { Revision, Task } from '../../tasks/task.ts'
import type { Caller } from '../../tenancy/caller.ts'

/** The task that a request is for. */
export interface Addressed extends ChosenRevision {
  readonly task: Task
  /** The revisions that may be drawn. */
  readonly candidates: readonly Revision[]
}

/** What stands before the name of a task where a model is expected. */
const PREFIX = 'task/'

/** The name that a task is listed under. */
export const modelNameOf = ({ name }: { name: string }): string => PREFIX + name

/** Whether a model's name can be a task's. */
export const namesTask = (model: string): boolean => model.startsWith(PREFIX)

/**
 * The task and the revision of `task/<name, id or alias>`, with `@<tag, revision id or number>` for one revision.
 * @throws {ApiError} TASK_NOT_FOUND, TASK_REVISION_NOT_FOUND
 */
export function findByModel(deps: FindTaskDeps, caller: Caller, model: string): Promise<Addressed> {
  if (!namesTask(model)) {
    const message = `There is no model ${JSON.stringify(model)}: models here are tasks, such as task/Summary.`
    throw new ApiError('TASK_NOT_FOUND', message, { param: 'model' })
  }
  const [name = '', version] = model.slice(PREFIX.length).split(/@(.*)/s)
  return findAddressed(deps, caller, name, version ?? null, 'model')
}

/**
 * The task and the revision that a caller names. A token of one task reaches no other.
 * @param param the member that named them
 * @throws {ApiError} TASK_NOT_FOUND, TASK_REVISION_NOT_FOUND
 */
export async function findAddressed(
  deps: FindTaskDeps,
  caller: Caller,
  name: string,
  version: string | null,
  param: string,
): Promise<Addressed> {
  const task = await findTask(deps, caller.projectId ?? '', name)
  if (!task || (caller.taskId !== null && caller.taskId !== task.id)) {
    throw new ApiError('TASK_NOT_FOUND', `There is no task ${JSON.stringify(name)} in this project.`, {
      param,
    })
  }
  const chosen =
    version === null ? { revision: null, revisionTag: null } : await findVersion(deps, task, version)
  return { task, ...chosen, candidates: await revisionsOf(deps, task, chosen) }
}

/** The parameters that the revisions have, of which `given` gives none. */
export function openParameters(
  { candidates }: Addressed,
  given: Readonly<Record<string, unknown>> = {},
): string[] {
  const names = new Set(candidates.flatMap((each) => each.input_params))
  return [...names].filter((name) => !Object.hasOwn(given, name))
}
