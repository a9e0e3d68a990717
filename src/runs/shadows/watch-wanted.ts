import type { TaskStore } from '../../tasks/task-store.ts'
import type { Executions } from '../execute/executions.ts'
import type { RunRequest } from '../run.ts'

/** How often it is looked whether tasks still want the shadow runs under way, in ms. */
const CHECK_MS = 2000

export interface Wanted {
  /** Of the shadow run. */
  readonly request: Pick<RunRequest, 'id' | 'project' | 'task'>
  readonly revision: string
}

/** From this call on until what it returns is called, a shadow run is broken off when its task has another shadow or none. */
export type WatchWanted = (wanted: Wanted) => () => void

/** Looks at all shadow runs of this process together: a timer for each would wake it as often as they do. */
export function createWatchWanted(tasks: Pick<TaskStore, 'recent'>, executions: Executions): WatchWanted {
  const underWay = new Set<Wanted>()
  let timer: NodeJS.Timeout | undefined

  async function check(): Promise<void> {
    const byTask = Map.groupBy(underWay, ({ request }) => `${request.project}/${request.task}`)
    for (const some of byTask.values()) {
      const [{ request: first }] = some as [Wanted]
      try {
        const current = await tasks.recent(first.project, first.task)
        for (const { request, revision } of some) {
          if (current?.shadow?.revision !== revision) executions.cancel(request.id)
        }
      } catch {
        // Redis is away: it is looked at again.
      }
    }
  }

  return (wanted) => {
    underWay.add(wanted)
    timer ??= setInterval(check, CHECK_MS).unref()
    return () => {
      underWay.delete(wanted)
      if (underWay.size > 0) return
      clearInterval(timer)
      timer = undefined
    }
  }
}
