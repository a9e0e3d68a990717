import type { TaskRecord } from '@splitrun/client'
import { useApi } from '../app/use-api.ts'

/** More tasks than this are not listed here; they are found by their address. */
export const MOST_TASKS = 500

/** The tasks of the project, newest first, each with its newest revision only. */
export const useTasks = () =>
  useApi(['tasks'], async (client, signal) => {
    const tasks: TaskRecord[] = []
    for await (const task of client.tasks.list({ page_limit: 100, revisions: 1 }, { signal })) {
      tasks.push(task)
      if (tasks.length === MOST_TASKS) break
    }
    return tasks
  })

/** A task with all its revisions, and what guards a change of it. */
export const useTask = (id: string, enabled = true) =>
  useApi(['tasks', id], (client, signal) => client.tasks.get(id, { include_tests: true }, { signal }), {
    enabled,
  })

/** Revisions have no numbers on the wire: of all of a task, tests too, the oldest is `r1`. */
export function revisionName(task: TaskRecord, id: string): string {
  const at = task.revisions.findIndex((each) => each.id === id)
  return at < 0 ? `…${id.slice(-6)}` : `r${task.revisions.length - at}`
}
