import { type PresentedRun, presentRun } from './present-run.ts'
import type { RunRecord } from './run.ts'
import type { RunFilter } from './store/read-runs.ts'
import type { RunStore } from './store/run-store.ts'

/** Most runs that one page reads: a filter that fits few runs must not read the whole index in one call. */
const MOST_READ = 5000
const BATCH = 50
/** Most characters of JSON on a page: a run may have a megabyte, and a page a hundred runs. */
const PAGE_MAX = 8_000_000

export interface RunPage {
  readonly results: PresentedRun[]
  /** The cursor of the page after this one; null when there are no more runs. */
  readonly next: string | null
}

/**
 * Runs of a project that fit the filter, newest first, below the cursor. A page may be shorter than `limit`, even empty,
 * and still have a next one: when its runs are large, or when many runs were read that do not fit.
 */
export async function listRuns(
  runs: RunStore,
  project: string,
  filter: RunFilter,
  cursor: string | null,
  limit: number,
): Promise<RunPage> {
  const results: PresentedRun[] = []
  let size = 0
  let below = cursor
  for (let read = 0; read < MOST_READ; read += BATCH) {
    const ids = await runs.ids(project, filter, below, BATCH)
    for (const record of await runs.getMany(ids)) {
      if (!record || !fits(record, project, filter)) continue
      if (results.length === limit || size > PAGE_MAX) return { results, next: results.at(-1)?.id ?? null }
      const shown = presentRun(record)
      size += JSON.stringify(shown).length
      results.push(shown)
    }
    if (ids.length < BATCH) return { results, next: null }
    below = ids.at(-1) ?? null
  }
  return { results, next: below }
}

function fits({ request, status, revision }: RunRecord, project: string, filter: RunFilter): boolean {
  return (
    request.project === project &&
    (filter.task === undefined || request.task === filter.task) &&
    (filter.status === undefined || status === filter.status) &&
    (filter.revision === undefined || revision === filter.revision)
  )
}
