import { ApiError } from '../../platform/errors.ts'
import type { TagStore } from '../tags/tag-store.ts'
import type { Revision, Task } from '../task.ts'
import type { TaskStore } from '../task-store.ts'
import { idInAlias } from './task-alias.ts'
import type { TaskNamesStore } from './task-names-store.ts'

export interface FindTaskDeps {
  readonly tasks: TaskStore
  readonly tags: TagStore
  readonly taskNames: TaskNamesStore
}

/** Which revision a caller insists on: by its id, by a tag's name, or neither. */
export interface ChosenRevision {
  readonly revision: string | null
  readonly revisionTag: string | null
}

const ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/** The task that an id, an alias or a name stands for, in this order; what it knows is at most a second old. */
export async function findTask(deps: FindTaskDeps, project: string, text: string): Promise<Task | null> {
  const id = ID.test(text) ? text.toLowerCase() : idInAlias(text)
  const byId = id === null ? null : await deps.tasks.recent(project, id)
  if (byId) return byId
  const named = await deps.taskNames.idOf(project, text)
  return named === null ? null : deps.tasks.recent(project, named)
}

/**
 * The revision that a version stands for: a revision's id, a tag's name, or the number of a revision as OpenAI counts
 * them, from 1 in the order in which they were made. A tag goes before a number.
 * @throws {ApiError} TASK_REVISION_NOT_FOUND
 */
export async function findVersion(deps: FindTaskDeps, task: Task, version: string): Promise<ChosenRevision> {
  if (ID.test(version)) return { revision: version.toLowerCase(), revisionTag: null }
  const { project_id: project, id } = task
  if (/^\d{1,6}$/.test(version) && !(await deps.tags.revisionByTag(project, id, version))) {
    const revision = await deps.taskNames.revisionNumber(project, id, Number(version))
    if (Number(version) > 0 && revision) return { revision, revisionTag: null }
  } else if (/^[A-Za-z0-9]{1,15}$/.test(version)) return { revision: null, revisionTag: version }
  throw noVersion()
}

/** The error of a version that a task has not. */
export const noVersion = (): ApiError =>
  new ApiError('TASK_REVISION_NOT_FOUND', 'The task has no such revision, and no revision bears that tag.')

/** The revisions that may be drawn for a run of the task; those that do not exist are left out. */
export async function revisionsOf(
  deps: FindTaskDeps,
  task: Task,
  chosen: ChosenRevision,
): Promise<Revision[]> {
  const { project_id: project, id } = task
  const tagged = chosen.revisionTag && (await deps.tags.revisionByTag(project, id, chosen.revisionTag))
  const only = chosen.revision ?? tagged
  const active = chosen.revisionTag ? [] : task.active_revisions.filter(({ weight }) => weight > 0)
  const ids = only ? [only] : active.map(({ task_revision_id }) => task_revision_id)
  const found = await Promise.all(ids.map((each) => deps.tasks.revision(project, each)))
  return found.filter((each) => each?.task_id === id) as Revision[]
}
