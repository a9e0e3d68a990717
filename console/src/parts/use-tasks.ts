import type { TaskRecord } from '@splitrun/client'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useProject } from '../app/project.ts'
import { useApi } from '../app/use-api.ts'

/** So many tasks are listed, and as many more each time that older ones are asked for. */
const MOST_TASKS = 500

/** How many tasks of the project are listed, on all pages. */
function useMost() {
  const { project } = useProject()
  const key = [project.id, 'most tasks']
  const { data: most } = useQuery({
    queryKey: key,
    queryFn: () => MOST_TASKS,
    initialData: MOST_TASKS,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: Number.POSITIVE_INFINITY,
  })
  return { key, most }
}

/** The tasks of the project, newest first, each with its newest revision and the active ones. There may be older tasks: see `useOlderTasks`. */
export function useTasks() {
  const { most } = useMost()
  return useApi(
    ['tasks', 'newest', most],
    async (client, signal) => {
      const tasks: TaskRecord[] = []
      const shown = { page_limit: 100, revisions: 1, include_active: true }
      for await (const task of client.tasks.list(shown, { signal })) {
        tasks.push(task)
        if (tasks.length === most) break
      }
      return tasks
    },
    { keep: true },
  )
}

/** Lists older tasks, too. Null where there are none, as far as is known. */
export function useOlderTasks(): (() => void) | null {
  const { data: tasks, isPlaceholderData } = useTasks()
  const { key, most } = useMost()
  const queries = useQueryClient()
  if (isPlaceholderData || tasks === undefined || tasks.length < most) return null
  return () => queries.setQueryData(key, most + MOST_TASKS)
}

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
