import { SplitrunError } from '../error.ts'
import { listOf } from '../list.ts'
import type { TaskRecord } from '../shapes/task.ts'
import { abortable } from '../transport/abort.ts'
import type { Api } from '../transport/api.ts'

const ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/** A task that is named by its name or id; the wire knows ids only. */
export interface TaskRef {
  /** Its id. Rejects with TASK_NOT_FOUND where no task has the name. */
  find(signal?: AbortSignal): Promise<string>
  /** Does something with the id, and once more where the name has come to stand for another task. */
  use<R>(signal: AbortSignal | undefined, act: (id: string) => Promise<R>): Promise<R>
}

/** Looks names up once, for all tasks of a client. */
export function createTaskRefs(api: Api): (task: string) => TaskRef {
  const known = new Map<string, Promise<string>>()

  async function look(name: string): Promise<string> {
    for await (const task of listOf<TaskRecord>(api, 'P/task', { revisions: 1 })) {
      if (task.name === name) return task.id
    }
    throw new SplitrunError('TASK_NOT_FOUND', `there is no task named "${name}"`)
  }
  async function find(task: string, signal?: AbortSignal): Promise<string> {
    if (ID.test(task)) return task
    let found = known.get(task)
    if (!found) {
      found = look(task)
      known.set(task, found)
      found.catch(() => known.delete(task))
    }
    return abortable(found, signal)
  }
  return (task) => ({
    find: (signal) => find(task, signal),
    async use(signal, act) {
      const before = known.get(task)
      const id = await find(task, signal)
      try {
        return await act(id)
      } catch (error) {
        const stale = before && error instanceof SplitrunError && error.reason === 'TASK_NOT_FOUND'
        if (!stale) throw error
        if (known.get(task) === before) known.delete(task)
        return act(await find(task, signal))
      }
    },
  })
}
