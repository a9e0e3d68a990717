import { SplitrunError } from '../error.ts'
import { listOf } from '../list.ts'
import type { TaskRecord } from '../shapes/task.ts'
import type { Api } from '../transport/api.ts'
import { createShared, type Shared } from '../transport/shared.ts'

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
  const known = new Map<string, Shared<string>>()

  async function look(name: string): Promise<string> {
    const { patienceMs } = api.options
    for await (const task of listOf<TaskRecord>(api, 'P/task', { revisions: 1 }, { patienceMs })) {
      if (task.name === name) return task.id
    }
    throw new SplitrunError('TASK_NOT_FOUND', `there is no task named "${name}"`)
  }
  return (task) => {
    if (ID.test(task)) return { find: async () => task, use: (_, act) => act(task) }
    const name = known.get(task) ?? createShared(() => look(task))
    known.set(task, name)
    return {
      find: name.get,
      async use(signal, act) {
        const before = await name.get(signal)
        try {
          return await act(before)
        } catch (error) {
          if (!(error instanceof SplitrunError) || error.reason !== 'TASK_NOT_FOUND') throw error
          name.forget()
          const now = await name.get(signal)
          if (now === before) throw error
          return act(now)
        }
      },
    }
  }
}
