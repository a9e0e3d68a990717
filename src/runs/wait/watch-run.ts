import type { EndQueuedRunDeps } from '../end/end-queued-run.ts'
import type { RunRecord } from '../run.ts'
import { awaitEnd } from './await-end.ts'
import type { ReplyInbox } from './reply-inbox.ts'

/** Waits for the end of a run that was started elsewhere; returns it as it is when the wait is over. */
export async function watchRun(
  deps: EndQueuedRunDeps & { inbox: ReplyInbox },
  record: RunRecord,
  ms: number,
  signal: AbortSignal,
): Promise<RunRecord> {
  const settled = new AbortController()
  const { id } = record.request
  // Listening begins before this process is added to the run's watchers, so that a reply cannot be missed.
  const ended = awaitEnd(deps, record.request, ms, AbortSignal.any([signal, settled.signal]))
  try {
    if (!(await deps.runs.watch(id, deps.inbox.id))) settled.abort()
  } catch (error) {
    settled.abort()
    throw error
  }
  return (await ended) ?? (await deps.runs.get(id)) ?? record
}
