import { useQueries } from '@tanstack/react-query'
import { useProject } from '../../app/project.ts'
import { shortId } from '../figures.ts'
import { revisionName } from '../use-tasks.ts'

/** Of so many tasks the revisions are read, which have their prompts with them; those of others are named by their ids. */
const MOST_TASKS = 5
/** What a revision is called never changes; a new one may be unknown for so long. */
const FRESH_MS = 60_000

/** What revisions of some tasks are called, in a list; null for none. */
export function useRevisionNames(
  tasks: readonly string[],
): (task: string, revision: string | null) => string | null {
  const { client, project, whyNot } = useProject()
  const read = [...new Set(tasks)].slice(0, MOST_TASKS)
  const states = useQueries({
    queries: read.map((id) => ({
      // The page of the task reads the same.
      queryKey: [project.id, 'tasks', id],
      queryFn: ({ signal }: { signal: AbortSignal }) =>
        client.tasks.get(id, { include_tests: true }, { signal }),
      enabled: whyNot('task:read') === null,
      staleTime: FRESH_MS,
    })),
  })
  return (task, revision) => {
    if (revision === null) return null
    const state = states[read.indexOf(task)]?.data
    return state ? revisionName(state.task, revision) : `…${shortId(revision)}`
  }
}
