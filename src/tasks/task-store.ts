import { LRUCache } from 'lru-cache'
import { atMost } from '../platform/at-most.ts'
import { cachedAs, expiringAfter } from '../platform/cached.ts'
import { readJson } from '../platform/json/read-json.ts'
import { keysExist } from '../platform/redis/keys-exist.ts'
import type { Redis } from '../platform/redis/redis.ts'
import { type ImportOptions, importTasks } from './archive/import-state.ts'
import { splitOf, type TrafficChange } from './split/split.ts'
import { readTrafficHistory } from './split/traffic-history.ts'
import type { Revision, Task } from './task.ts'
import { readVisibility } from './task-fields.ts'
import { splitPair, taskKeys, taskScript } from './task-layout.ts'
import { refuseFull, whenCounted } from './task-sizes.ts'

const saveTask = taskScript('save-task')
const deleteTask = taskScript('delete-task')

/** Changed weights are used by every process after this time at most. */
const CACHE_MS = 1000
/** Size of the cache of revisions, in characters of their JSON. */
const CACHE_CHARACTERS = 64_000_000
const DELETED_KEPT = 100_000

export interface StoredTask {
  readonly task: Task
  /** Number of changes; a save must name the version that it is based on. */
  readonly version: number
}

/** A task as it was at one moment. */
export interface TaskSnapshot extends StoredTask {
  /** Newest first. */
  readonly revisions: readonly Revision[]
  /** Which entity, the task or a revision, has which tag: pairs of ids. */
  readonly tagging: readonly (readonly [entity: string, tag: string])[]
}

export type SaveOutcome = 'saved' | 'name' | 'alias' | 'version' | 'exists' | 'revisions'
export interface TaskStoreOptions extends ImportOptions {
  readonly revisionsMax: number
  /** Of so many deleted revisions of a project the digests are kept. */
  readonly deletedKept?: number
}
export type TaskStore = ReturnType<typeof createTaskStore>

/** Defaults of fields that tasks stored by earlier versions may lack. */
const ADDED_LATER = {
  alias: null,
  timeout: null,
  queue_timeout: null,
  on_lost_attempt: 'retry',
  on_truncated: 'fail',
  output_retries: 1,
  cache: 0,
  scores: {},
  rollout: null,
  shadow: null,
} as const

function toTask(text: string): Task {
  const stored = { ...ADDED_LATER, ...(readJson(text) as Omit<Task, 'split'> & Partial<Task>) }
  const task_run_visibility = readVisibility(stored.task_run_visibility)
  return { ...stored, task_run_visibility, split: stored.split ?? splitOf(stored) }
}

/** The only owner of tasks and revisions. */
export function createTaskStore(redis: Redis, options: TaskStoreOptions) {
  async function readStored(project: string, id: string): Promise<StoredTask | null> {
    const [task, version] = await redis.hmget(taskKeys(project).task(id), 'task', 'version')
    return task ? { task: toTask(task), version: Number(version) } : null
  }

  const tasks = new LRUCache<string, { stored: StoredTask | null }>({
    ...atMost(10_000),
    ...expiringAfter(CACHE_MS),
    // When the entry is deleted during a fetch, the value is not cached, but callers that wait for it still get it.
    ignoreFetchAbort: true,
    fetchMethod: async (key) => ({ stored: await readStored(key.slice(0, 36), key.slice(37)) }),
  })
  const revisions = new LRUCache<string, Revision>({
    max: 10_000,
    maxSize: CACHE_CHARACTERS,
    sizeCalculation: (revision) => JSON.stringify(revision).length,
    ignoreFetchAbort: true,
    async fetchMethod(key) {
      const text = await redis.get(taskKeys(key.slice(0, 36)).revision(key.slice(37)))
      return text ? (readJson(text) as Revision) : undefined
    },
  })

  /** What a process has shown it also acts on: who saw a change there is served by it from then on. */
  function forgetOther(project: string, id: string, shown: StoredTask | null): void {
    const key = `${project}/${id}`
    if (tasks.peek(key)?.stored?.version !== shown?.version) tasks.delete(key)
  }

  async function readRevisions(project: string, ids: readonly string[]): Promise<Revision[]> {
    const found = new Map(ids.map((id) => [id, revisions.get(`${project}/${id}`)]))
    const unknown = ids.filter((id) => !found.get(id))
    const texts = unknown.length > 0 ? await redis.mget(unknown.map(taskKeys(project).revision)) : []
    for (const text of texts) {
      if (text === null) continue
      const revision = readJson(text) as Revision
      found.set(revision.id, revision)
      revisions.set(`${project}/${revision.id}`, revision)
    }
    return [...found.values()].filter((revision) => revision !== undefined)
  }

  return {
    ...readTrafficHistory(redis),
    ...importTasks(redis, options, (project, id) => tasks.delete(`${project}/${id}`)),

    /** The task as it is now. */
    async read(project: string, id: string): Promise<StoredTask | null> {
      const stored = await readStored(project, id)
      forgetOther(project, id, stored)
      return stored
    },

    /** The task, cached for a second, and never older than what this process has read: for the hot path of runs. */
    recent: (project: string, id: string): Task | null | Promise<Task | null> =>
      cachedAs(tasks, `${project}/${id}`, (known) => known?.stored?.task ?? null),

    /** A revision of any task of the project. Revisions are immutable, so the cache never expires them. */
    revision: (project: string, id: string): Revision | null | Promise<Revision | null> =>
      cachedAs(revisions, `${project}/${id}`, (known) => known ?? null),

    /** All revisions of a task, newest first. */
    async revisions(project: string, task: string): Promise<Revision[]> {
      const ids = await redis.zrange(taskKeys(project).revisions(task), '+', '-', 'BYLEX', 'REV')
      return readRevisions(project, ids)
    },

    /** For each project and task id whether the task exists now. */
    async exist(named: readonly { readonly project: string; readonly task: string }[]): Promise<boolean[]> {
      return keysExist(
        redis,
        named.map(({ project, task }) => taskKeys(project).task(task)),
      )
    },

    /** The task as it is now, with its revisions and tags, all as of one moment. */
    async snapshot(project: string, id: string): Promise<TaskSnapshot | null> {
      const keys = taskKeys(project)
      const replies = await redis
        .multi()
        .hmget(keys.task(id), 'task', 'version')
        .zrange(keys.revisions(id), '+', '-', 'BYLEX', 'REV')
        .zrange(keys.tagging(id), '0', '-1')
        .exec()
      const [[task, version], ids, pairs] = (replies ?? []).map(([error, reply]) => {
        if (error) throw error
        return reply
      }) as [(string | null)[], string[], string[]]
      const stored = task ? { task: toTask(task), version: Number(version) } : null
      forgetOther(project, id, stored)
      if (!stored) return null
      return { ...stored, revisions: await readRevisions(project, ids), tagging: pairs.map(splitPair) }
    },

    /** Ids of a project's tasks, newest first, below the cursor. */
    async ids(project: string, cursor: string | null, limit: number): Promise<string[]> {
      const { tasks: key } = taskKeys(project)
      return redis.zrange(key, cursor ? `(${cursor}` : '+', '-', 'BYLEX', 'REV', 'LIMIT', 0, limit)
    },

    /**
     * Saves a task, and a new revision and a change of its weights if given, in one step. Version 0 creates the task.
     * @param evenFull whether it is saved also where the project has no room
     * @throws {ApiError} TOO_MANY_TASKS, TASK_STORAGE_FULL, TOO_MANY_REQUESTS
     */
    async save(
      task: Task,
      version: number,
      revision: Revision | null,
      change: TrafficChange | null,
      evenFull = false,
    ): Promise<SaveOutcome> {
      const args = [
        task.id,
        task.name,
        JSON.stringify(task),
        version,
        revision?.id ?? '',
        revision ? JSON.stringify(revision) : '',
        options.revisionsMax,
        task.alias ?? '',
        change ? JSON.stringify(change) : '',
        options.trafficHistoryMax,
        options.tasksMax,
        options.tasksBytesMax,
        evenFull ? 'any' : '',
      ]
      const { prefix } = taskKeys(task.project_id)
      const reply = await whenCounted(redis, task.project_id, () => saveTask(redis, [prefix], args))
      refuseFull(reply, options)
      if (typeof reply === 'string') return reply as SaveOutcome
      tasks.delete(`${task.project_id}/${task.id}`)
      return 'saved'
    },

    /** Deletes a task if it has the given version; null: any version. `absent` when there is no such task. */
    async remove(
      project: string,
      id: string,
      version: number | null,
    ): Promise<'removed' | 'absent' | 'version'> {
      const args = [id, version ?? '', options.deletedKept ?? DELETED_KEPT]
      const reply = await deleteTask(redis, [taskKeys(project).prefix], args)
      tasks.delete(`${project}/${id}`)
      return reply === 1 ? 'removed' : reply === 0 ? 'absent' : 'version'
    },
  }
}
