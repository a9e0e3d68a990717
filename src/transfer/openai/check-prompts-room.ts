import type { ModelRegistry } from '../../models/model-registry.ts'
import { ApiError } from '../../platform/errors.ts'
import { checkRoom } from '../../tasks/archive/check-room.ts'
import type { ImportWrite } from '../../tasks/archive/import-write.ts'
import { newTask, type TaskOwner } from '../../tasks/create-task.ts'
import type { FindTaskDeps } from '../../tasks/naming/find-task.ts'
import { readTask } from '../../tasks/read-task.ts'
import type { WholeTask } from '../../tasks/task.ts'
import type { TaskLimits } from '../../tasks/task-fields.ts'
import type { CreateTaskInput, UpdateTaskInput } from '../../tasks/task-input.ts'
import type { TaskBounds } from '../../tasks/task-sizes.ts'
import { changedTask } from '../../tasks/update-task.ts'

export interface ImportPromptsDeps extends FindTaskDeps, TaskBounds {
  readonly models: ModelRegistry
  readonly limits: TaskLimits
  readonly revisionsMax: number
}

/** A version of a prompt: what creates its task, or changes one that is there. */
export interface PromptStep {
  readonly create: CreateTaskInput
  readonly change: UpdateTaskInput
  /** The tag that its revision gets where it is not the revision of that number; null: none. */
  readonly tag: string | null
}

/**
 * Refuses prompts that the project has no room for, before any of them is written.
 * @param groups the versions of each task, with the task that is there already
 * @throws {ApiError} IMPORT_CONFLICT, TOO_MANY_REVISIONS; and what the changes themselves are refused with
 */
export async function checkPromptsRoom(
  deps: ImportPromptsDeps,
  owner: TaskOwner,
  groups: readonly { readonly known: string | null; readonly steps: readonly PromptStep[] }[],
): Promise<void> {
  const pieces: { write: ImportWrite }[] = []
  for (const { known, steps } of groups) {
    const before = known === null ? null : await readTask(deps, owner.project, known)
    pieces.push({ write: { tags: [], tasks: [writeOf(deps, owner, before, steps)] } })
  }
  const problem = await checkRoom(deps.tasks, owner.project, pieces, deps)
  if (problem !== null) throw new ApiError('IMPORT_CONFLICT', `Nothing was imported: tasks: ${problem}`)
}

/** What the steps write together; of this only the size counts. */
function writeOf(
  deps: ImportPromptsDeps,
  owner: TaskOwner,
  before: WholeTask | null,
  steps: readonly PromptStep[],
): ImportWrite['tasks'][number] {
  let whole = before
  const revisions: { id: string; json: string }[] = []
  const changes: string[] = []
  const tags: [string, string][] = []
  for (const { create, change, tag } of steps) {
    const saved = whole ? changedTask(deps, whole, owner.by, change) : newTask(deps, owner, create)
    if (saved) {
      const { task, revision, change: weights } = saved
      if (weights) changes.push(JSON.stringify(weights))
      if (revision) revisions.push({ id: revision.id, json: JSON.stringify(revision) })
      const all = [...(revision ? [revision] : []), ...(whole?.revisions ?? [])]
      whole = { task, version: 0, revisions: all, tags: whole?.tags ?? new Map() }
    }
    const [newest] = whole?.revisions ?? []
    const has = newest && whole?.tags.get(newest.id)?.some(({ name }) => name === tag)
    if (newest && tag !== null && tag !== String(whole?.revisions.length) && !has) tags.push([newest.id, tag])
  }
  if ((whole?.revisions.length ?? 0) > deps.revisionsMax) {
    throw new ApiError('TOO_MANY_REVISIONS', 'Nothing was imported: a task would have too many revisions.')
  }
  return {
    ...{ id: whole?.task.id ?? '', name: '', alias: '', tagging: '', change: '', tags_removed: [] },
    json: JSON.stringify(whole?.task),
    version: before ? String(before.version) : '0',
    revisions,
    more_changes: changes,
    tags_added: tags,
  }
}
