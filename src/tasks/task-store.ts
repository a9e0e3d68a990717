import { LRUCache } from 'lru-cache'
import { loadScript, type Redis } from '../platform/redis.ts'
import type { Revision, Task } from './task.ts'

const saveTask = loadScript(new URL('./scripts/save-task.lua', import.meta.url))
const deleteTask = loadScript(new URL('./scripts/delete-task.lua', import.meta.url))

/** A change of weights reaches every process within this time. */
const CACHE_MS = 1000

/** All of a project's keys share its hash tag, so that a task and its revisions change in one step. */
const keysOf = (project: string) => ({
  task: (id: string) => `{p:${project}}:task:${id}`,
  tasks: `{p:${project}}:tasks`,
  names: `{p:${project}}:task-names`,
  revisions: (task: string) => `{p:${project}}:task:${task}:revisions`,
  revision: (id: string) => `{p:${project}}:revision:${id}`,
})

export interface StoredTask {
  readonly task: Task
  /** Counts the changes; a save must name the one it was made from. */
  readonly version: number
}

export type SaveOutcome = 'saved' | 'name' | 'version' | 'exists' | 'revisions'
export type TaskStore = ReturnType<typeof createTaskStore>

/** The only owner of tasks and revisions. */
export function createTaskStore(redis: Redis, options: { revisionsMax: number }) {
  async function read(project: string, id: string): Promise<StoredTask | null> {
    const [task, version] = await redis.hmget(keysOf(project).task(id), 'task', 'version')
    return task ? { task: JSON.parse(task) as Task, version: Number(version) } : null
  }
  async function readRevision(project: string, id: string): Promise<Revision | null> {
    const text = await redis.get(keysOf(project).revision(id))
    return text ? (JSON.parse(text) as Revision) : null
  }

  const tasks = new LRUCache<string, { stored: StoredTask | null }>({
    max: 10_000,
    ttl: CACHE_MS,
    // A read that a change overtakes is not kept, but still answers whoever waits for it.
    ignoreFetchAbort: true,
    fetchMethod: async (key) => ({ stored: await read(key.slice(0, 36), key.slice(37)) }),
  })
  const revisions = new LRUCache<string, Revision>({
    max: 10_000,
    ignoreFetchAbort: true,
    fetchMethod: async (key) => (await readRevision(key.slice(0, 36), key.slice(37))) ?? undefined,
  })

  return {
    /** The task as it is now. */
    read,

    /** The task as of at most a second ago: for the path of a run. */
    async recent(project: string, id: string): Promise<Task | null> {
      return (await tasks.fetch(`${project}/${id}`))?.stored?.task ?? null
    },

    /** A revision, whichever task it belongs to; immutable, so kept once it was read. */
    async revision(project: string, id: string): Promise<Revision | null> {
      return (await revisions.fetch(`${project}/${id}`)) ?? null
    },

    /** All revisions of a task, newest first. */
    async revisions(project: string, task: string): Promise<Revision[]> {
      const keys = keysOf(project)
      const ids = await redis.zrange(keys.revisions(task), '+', '-', 'BYLEX', 'REV')
      if (ids.length === 0) return []
      const texts = await redis.mget(ids.map(keys.revision))
      return texts.filter((text) => text !== null).map((text) => JSON.parse(text) as Revision)
    },

    /** Ids of a project's tasks, newest first, below the cursor. */
    async ids(project: string, cursor: string | null, limit: number): Promise<string[]> {
      const { tasks: key } = keysOf(project)
      return redis.zrange(key, cursor ? `(${cursor}` : '+', '-', 'BYLEX', 'REV', 'LIMIT', 0, limit)
    },

    /** Saves a task, and a new revision where given, whole or not at all. Version 0 creates. */
    async save(task: Task, version: number, revision: Revision | null): Promise<SaveOutcome> {
      const keys = keysOf(task.project_id)
      const reply = await saveTask(
        redis,
        [
          keys.task(task.id),
          keys.tasks,
          keys.names,
          keys.revisions(task.id),
          keys.revision(revision?.id ?? 'none'),
        ],
        [
          task.id,
          task.name,
          JSON.stringify(task),
          version,
          revision?.id ?? '',
          revision ? JSON.stringify(revision) : '',
          options.revisionsMax,
        ],
      )
      if (typeof reply === 'string') return reply as SaveOutcome
      tasks.delete(`${task.project_id}/${task.id}`)
      return 'saved'
    },

    /** False when there is no such task. */
    async remove(project: string, id: string): Promise<boolean> {
      const keys = keysOf(project)
      const all = [keys.task(id), keys.tasks, keys.names, keys.revisions(id)]
      const removed = (await deleteTask(redis, all, [id, keys.revision('')])) === 1
      tasks.delete(`${project}/${id}`)
      return removed
    },
  }
}
