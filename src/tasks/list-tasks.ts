import { type ReadTaskDeps, readTasks } from './read-task.ts'
import type { WholeTask } from './task.ts'

/** Characters of JSON: a task may have a thousand revisions, and a page a hundred tasks. */
const PAGE_MAX = 8_000_000
/** Tasks that are read together: what is read at a time is bounded, too. */
const BATCH = 10

export interface TaskPage<T> {
  readonly results: T[]
  /** The cursor of the page after this one; null when there are no more tasks. */
  readonly next: string | null
}

/**
 * Tasks of a project, newest first, below the cursor, each as `present` shows it. A page may be shorter than `limit`
 * and still have a next one: when it grew large, or when a task was deleted meanwhile.
 * @param tag only tasks that bear it
 */
export async function listTasks<T>(
  deps: ReadTaskDeps,
  project: string,
  { tag, cursor, limit }: { tag: string | null; cursor: string | null; limit: number },
  present: (whole: WholeTask) => Promise<T>,
): Promise<TaskPage<T>> {
  const ids = tag
    ? await deps.tags.tasksWith(project, tag, cursor, limit + 1)
    : await deps.tasks.ids(project, cursor, limit + 1)
  const results: T[] = []
  let size = 0
  // The page is cut from the ids, so that a deleted task does not make it look like the last one.
  const wanted = ids.slice(0, limit)
  for (let at = 0; at < wanted.length; at += BATCH) {
    const batch = wanted.slice(at, at + BATCH)
    for (const whole of await readTasks(deps, project, batch)) {
      if (size > PAGE_MAX) return { results, next: lastBefore(wanted, whole.task.id) }
      const shown = await present(whole)
      size += JSON.stringify(shown).length
      results.push(shown)
    }
  }
  return { results, next: ids.length > limit ? (wanted.at(-1) ?? null) : null }
}

const lastBefore = (ids: readonly string[], id: string): string | null => ids[ids.indexOf(id) - 1] ?? null
