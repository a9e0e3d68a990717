import { readJson } from '../../platform/json/read-json.ts'
import { keysExist } from '../../platform/redis/keys-exist.ts'
import type { Redis } from '../../platform/redis/redis.ts'
import type { Revision } from '../task.ts'
import { taskKeys, taskScript } from '../task-layout.ts'
import { type TaskBounds, whenCounted } from '../task-sizes.ts'
import type { ImportWrite } from './import-write.ts'

const importScript = taskScript('import')

/** How many keys are read at a time. */
const BATCH = 500
/** The same of whole revisions. */
const OWNERS_BATCH = 20

export interface ImportOptions extends TaskBounds {
  readonly trafficHistoryMax: number
  readonly tagsMax: number
}

/** How many tasks of a project, and how many bytes of them. */
export interface Amount {
  readonly tasks: number
  readonly bytes: number
}

/**
 * The part of the task store that imports: what is here already, and writing.
 * @param forget is told of every task that is written
 */
export function importTasks(
  redis: Redis,
  options: ImportOptions,
  forget: (project: string, task: string) => void,
) {
  const run = (project: string, write: ImportWrite, bounds: readonly (string | number)[]) =>
    whenCounted(redis, project, () =>
      importScript(
        redis,
        [taskKeys(project).prefix],
        [JSON.stringify(write), options.trafficHistoryMax, ...bounds],
      ),
    )

  return {
    /**
     * The states of revisions by id: `present` when a task of the project has it, its digest (see `digestOf`) when it was
     * deleted with its task, null when the id is unused.
     */
    async revisionStates(
      project: string,
      ids: readonly string[],
    ): Promise<('present' | { digest: string } | null)[]> {
      const keys = taskKeys(project)
      const states: ('present' | { digest: string } | null)[] = []
      for (let at = 0; at < ids.length; at += BATCH) {
        const some = ids.slice(at, at + BATCH)
        // Not from the cache, which may still have deleted revisions.
        const [exist, digests] = await Promise.all([
          keysExist(redis, some.map(keys.revision)),
          redis.hmget(keys.deletedRevisions, ...some),
        ])
        for (const [index, digest] of digests.entries()) {
          states.push(exist[index] ? 'present' : digest ? { digest } : null)
        }
      }
      return states
    },

    /** The ids of the tasks that have these revisions now; null for a revision that none has. */
    async revisionOwners(project: string, ids: readonly string[]): Promise<(string | null)[]> {
      const owners: (string | null)[] = []
      for (let at = 0; at < ids.length; at += OWNERS_BATCH) {
        const some = ids.slice(at, at + OWNERS_BATCH)
        const texts = await redis.mget(some.map(taskKeys(project).revision))
        for (const text of texts) owners.push(text === null ? null : (readJson(text) as Revision).task_id)
      }
      return owners
    },

    /** The ids of the tasks with these names, by name; names without a task are left out. */
    async owners(project: string, names: readonly string[]): Promise<Map<string, string>> {
      const ids = names.length > 0 ? await redis.hmget(taskKeys(project).names, ...names) : []
      return new Map(names.flatMap((name, at) => (ids[at] ? [[name, ids[at]]] : [])))
    },

    /** The same of aliases. */
    async aliasOwners(project: string, aliases: readonly string[]): Promise<Map<string, string>> {
      const ids = aliases.length > 0 ? await redis.hmget(taskKeys(project).aliases, ...aliases) : []
      return new Map(aliases.flatMap((alias, at) => (ids[at] ? [[alias, ids[at]]] : [])))
    },

    /** What a piece of a planned import would add to the tasks of a project, and what there is. Nothing is written. */
    async measureImport(project: string, write: ImportWrite): Promise<{ added: Amount; here: Amount }> {
      const reply = (await run(project, write, ['measure'])) as [number, number, number, number]
      return { added: { tasks: reply[0], bytes: reply[1] }, here: { tasks: reply[2], bytes: reply[3] } }
    },

    /**
     * Writes a piece of a planned import in one step. False when the state has changed since the plan was made, or there
     * is no room: nothing is written.
     * @throws {ApiError} TOO_MANY_REQUESTS
     */
    async import(project: string, write: ImportWrite): Promise<boolean> {
      const done = await run(project, write, [options.tasksMax, options.tasksBytesMax, options.tagsMax])
      for (const { id } of write.tasks) forget(project, id)
      return done === 1
    },
  }
}
