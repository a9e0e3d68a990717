import { type ReadTaskDeps, readTasks } from '../read-task.ts'
import type { WholeTask } from '../task.ts'
import type { PlacedTask } from './import-pieces.ts'

/** So many tasks are read at a time. */
export const MOST_READ = 20

/** Of a revision: a task has it, it was deleted with its task, or its id is unused. */
type RevisionState = 'present' | { readonly digest: string } | null | undefined

/** What exists of some tasks of a file. */
export interface Here {
  readonly names: ReadonlyMap<string, string>
  readonly aliases: ReadonlyMap<string, string>
  readonly states: ReadonlyMap<string, RevisionState>
  readonly present: ReadonlyMap<string, WholeTask>
}

/**
 * Reads what a project has of some tasks of a file, at most `MOST_READ`. It is no state of one moment: where something changes
 * meanwhile it may be wrong about that, which is found when it is written, but it tells of no conflict that never was.
 */
export async function readHere(
  deps: ReadTaskDeps,
  project: string,
  some: readonly PlacedTask[],
): Promise<Here> {
  const tasks = some.map(({ task }) => task)
  // The tasks are read last. Otherwise, a task that another import creates meanwhile would look like a conflict: its
  // revisions would be known, but not the task itself.
  const allNames = tasks.map(({ name }) => name)
  const names = await deps.tasks.owners(project, allNames)
  const allAliases = tasks.flatMap(({ alias }) => alias ?? [])
  const aliases = await deps.tasks.aliasOwners(project, allAliases)
  const ids = tasks.flatMap((task) => task.revisions.map(({ id }) => id))
  const known = await deps.tasks.revisionStates(project, ids)
  const states = new Map<string, RevisionState>(ids.map((id, at) => [id, known[at]]))
  const taskIds = tasks.map(({ id }) => id)
  const present = new Map((await readTasks(deps, project, taskIds)).map((each) => [each.task.id, each]))
  await correctMoved(deps, project, some, states, present)
  return { names, aliases, states, present }
}

/**
 * A revision that was there, and that its own task lacks, may have been deleted with it meanwhile, or made anew: then none of
 * another task is in the way.
 */
async function correctMoved(
  { tasks }: ReadTaskDeps,
  project: string,
  some: readonly PlacedTask[],
  states: Map<string, RevisionState>,
  present: Here['present'],
): Promise<void> {
  const lacking = some.flatMap(({ task }) => {
    const own = new Set(present.get(task.id)?.revisions.map(({ id }) => id))
    const strays = task.revisions.filter(({ id }) => states.get(id) === 'present' && !own.has(id))
    return strays.map(({ id }) => ({ id, task: task.id }))
  })
  if (lacking.length === 0) return
  const ids = lacking.map(({ id }) => id)
  const owners = await tasks.revisionOwners(project, ids)
  const later = await tasks.revisionStates(project, ids)
  for (const [at, { id, task }] of lacking.entries()) {
    const owner = owners[at] ?? task
    if (owner === task) states.set(id, later[at] === 'present' ? null : later[at])
  }
}
