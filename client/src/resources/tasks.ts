import type { CallOptions } from '../client-options.ts'
import { type List, listOf } from '../list.ts'
import type { Revision, TaskRecord } from '../shapes/task.ts'
import type { NewTask, ShownRevisions, TaskChange, TaskFilter, TaskQuery } from '../shapes/task-input.ts'
import type { Api } from '../transport/api.ts'
import { readJson } from '../transport/attempt.ts'
import { type Call, segment } from '../transport/call.ts'
import { type ChangeOptions, guarded } from './change-options.ts'
import type { SupersedeOptions } from './rollouts.ts'

/** A task, and the ETag of the state that was read. */
export interface TaskState {
  readonly task: TaskRecord
  readonly etag: string
}

/** Tasks with their revisions, by id. */
export interface Tasks {
  list(filter?: TaskFilter, options?: CallOptions): List<TaskRecord>
  get(id: string, shown?: TaskQuery, options?: CallOptions): Promise<TaskState>
  create(task: NewTask, shown?: ShownRevisions, options?: CallOptions): Promise<TaskState>
  /** What changes a revision's field makes a new revision. */
  update(id: string, change: TaskChange, options?: SupersedeOptions): Promise<TaskState>
  /** Returns what was deleted; its runs stay until their retention ends. */
  delete(id: string, options?: ChangeOptions): Promise<TaskRecord>
  /** Its revisions, newest first. */
  revisions(id: string, shown?: TaskQuery, options?: CallOptions): Promise<readonly Revision[]>
  /** Gives it another access token; the one before ends within a second. */
  rotateAccessToken(id: string, options?: CallOptions): Promise<TaskRecord>
}

export function createTasks(api: Api): Tasks {
  const pathOf = (id: string) => `P/task/${segment(id)}`
  const state = (call: Call) =>
    api.send(call, async (response) => ({
      task: await readJson<TaskRecord>(response),
      etag: response.headers.get('etag') ?? '',
    }))
  const get: Tasks['get'] = (id, query = {}, options = {}) =>
    state({ ...options, method: 'GET', path: pathOf(id), query, repeatable: true })

  return {
    list: (filter, options) => listOf(api, 'P/task', filter, options),
    get,
    create: (body, query = {}, options = {}) =>
      state({ ...options, method: 'POST', path: 'P/task', query, body }),
    update: (id, body, { supersede, ...options } = {}) =>
      state({ ...guarded(options), method: 'POST', path: pathOf(id), query: { supersede }, body }),
    delete: (id, options) => api.json({ ...guarded(options), method: 'DELETE', path: pathOf(id) }),
    revisions: async (id, query, options) => (await get(id, query, options)).task.revisions,
    rotateAccessToken: (id, options = {}) =>
      api.json({ ...options, method: 'POST', path: `${pathOf(id)}/access_token/rotate` }),
  }
}
