import { type PresentedRun, type PresentedSummary, presentRun, presentSummary } from './present-run.ts'
import type { RunHead } from './run.ts'
import type { RunFilter } from './store/read-runs.ts'
import type { RunStore } from './store/run-store.ts'

/** Most runs whose heads one page reads: a filter that fits few runs must not read the whole index in one call. */
const MOST_READ = 5000
const BATCH = 50
/** Most bytes that are read at a time; other requests have their turn in between. */
const PIECE_BYTES = 1_000_000

export interface ListRunsDeps {
  readonly runs: Pick<RunStore, 'ids' | 'getHeads' | 'getMany'>
  /** Most bytes of runs on a page: a run may have megabytes, and a page a hundred runs. */
  readonly pageBytesMax: number
  /** Called before so many bytes are read for the page; may throw. */
  hold(bytes: number): void
}

export interface RunPage {
  readonly results: (PresentedRun | PresentedSummary)[]
  /** Ids of runs that belong here, or may, and that only a newer version can read. */
  readonly unreadable: readonly string[]
  /** The cursor of the page after this one; null when there are no more runs. */
  readonly next: string | null
}

/**
 * Runs of a project that fit the filter, newest first, below the cursor. A page may be shorter than `limit`, even empty,
 * and still have a next one: when its runs are large, or when many runs were read that do not fit. What a page does not
 * show is not read: runs that do not fit the filter, and of a summary inputs, responses and attempts.
 */
export async function listRuns(
  deps: ListRunsDeps,
  project: string,
  filter: RunFilter,
  { cursor, limit, summary }: { cursor: string | null; limit: number; summary: boolean },
): Promise<RunPage> {
  const sizeOf = (head: RunHead): number => (summary ? head.headBytes : head.bytes)
  const { heads, unreadable, next } = await findRuns(deps, project, filter, cursor, limit, sizeOf)
  const bytes = heads.reduce((sum, head) => sum + sizeOf(head), 0)
  deps.hold(bytes)
  if (summary) return { results: heads.map(presentSummary), unreadable, next }
  const results: PresentedRun[] = []
  for (let at = 0; at < heads.length; ) {
    const piece: string[] = []
    for (let size = 0; size < PIECE_BYTES && at < heads.length; at += 1) {
      const head = heads[at] as RunHead
      piece.push(head.request.id)
      size += head.bytes
    }
    // A run that has expired since its head was read is left out.
    for (const record of await deps.runs.getMany(piece)) if (record) results.push(presentRun(record))
  }
  return { results, unreadable, next }
}

async function findRuns(
  { runs, pageBytesMax }: ListRunsDeps,
  project: string,
  filter: RunFilter,
  cursor: string | null,
  limit: number,
  sizeOf: (head: RunHead) => number,
): Promise<{ heads: RunHead[]; unreadable: string[]; next: string | null }> {
  const heads: RunHead[] = []
  const unreadable: string[] = []
  let size = 0
  let last: string | null = null
  let below = cursor
  for (let read = 0; read < MOST_READ; read += BATCH) {
    const ids = await runs.ids(project, filter, below, BATCH)
    for (const [at, head] of (await runs.getHeads(ids)).entries()) {
      const id = ids[at] ?? null
      if (!id || !head || (head !== 'unreadable' && !fits(head, project, filter))) continue
      const bytes = head === 'unreadable' ? id.length : sizeOf(head)
      const full = last !== null && size + bytes > pageBytesMax
      if (heads.length + unreadable.length === limit || full) return { heads, unreadable, next: last }
      size += bytes
      last = id
      if (head === 'unreadable') unreadable.push(id)
      else heads.push(head)
    }
    if (ids.length < BATCH) return { heads, unreadable, next: null }
    below = ids.at(-1) ?? null
  }
  return { heads, unreadable, next: below }
}

function fits(
  { request, status, revision, result, scores }: RunHead,
  project: string,
  filter: RunFilter,
): boolean {
  const { task, status: wanted, model, minMs, score } = filter
  const said = score && scores && Object.hasOwn(scores, score.name) ? scores[score.name] : undefined
  return (
    request.project === project &&
    (task === undefined || request.task === task) &&
    (wanted === undefined || status === wanted) &&
    (filter.revision === undefined || revision === filter.revision) &&
    (filter.reference === undefined || request.reference === filter.reference) &&
    (filter.reportingGroup === undefined || request.reportingGroup === filter.reportingGroup) &&
    (filter.reason === undefined || result?.error?.reason === filter.reason) &&
    (model === undefined || result?.model === model || result?.modelId === model) &&
    (score === undefined || (said !== undefined && score.fits(said))) &&
    (minMs === undefined || (result !== null && result.timings.total >= minMs))
  )
}
