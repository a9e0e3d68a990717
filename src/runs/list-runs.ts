import { type PresentedRun, presentRun } from './present-run.ts'
import type { RunFilter } from './read-runs.ts'
import type { RunRecord } from './run.ts'
import type { RunStore } from './run-store.ts'

/** A filter that fits few runs must not read the whole index in one call: the page is then short, and has a next. */
const MOST_READ = 5000
const BATCH = 200

/**
 * Runs of a project, newest first, below the cursor: up to `limit + 1`, so that the caller sees whether there are
 * more. Their records are read in batches until enough fit the filter.
 */
export async function listRuns(
  runs: RunStore,
  project: string,
  filter: RunFilter,
  cursor: string | null,
  limit: number,
): Promise<PresentedRun[]> {
  const found: RunRecord[] = []
  let below = cursor
  for (let read = 0; read < MOST_READ; read += BATCH) {
    const ids = await runs.ids(project, filter, below, BATCH)
    for (const record of await runs.getMany(ids)) {
      if (record && fits(record, project, filter)) found.push(record)
    }
    if (found.length > limit || ids.length < BATCH) break
    below = ids.at(-1) ?? null
  }
  return found.slice(0, limit + 1).map(presentRun)
}

function fits({ request, status, revision }: RunRecord, project: string, filter: RunFilter): boolean {
  return (
    request.project === project &&
    (filter.task === undefined || request.task === filter.task) &&
    (filter.status === undefined || status === filter.status) &&
    (filter.revision === undefined || revision === filter.revision)
  )
}
