import { sharedNow } from '../../platform/clock.ts'
import type { EndQueuedRunDeps } from '../end/end-queued-run.ts'
import { expireRun } from '../end/expire-run.ts'
import { isFinal, type RunRecord, type RunRequest } from '../run.ts'
import type { ReplyInbox } from './reply-inbox.ts'

/** Timers may fire a little early: waiting this much longer makes sure that the time is over. */
const LATE_MS = 5

/**
 * Waits for the end of a run, at most `ms`; null when the run has not ended by then or `signal` fired. Listens from the
 * moment of the call. When the run's `startBy` or deadline passes during the wait, it is ended here if no worker has it.
 */
export async function awaitEnd(
  deps: EndQueuedRunDeps & { inbox: ReplyInbox },
  request: RunRequest,
  ms: number,
  signal: AbortSignal,
): Promise<RunRecord | null> {
  const end = sharedNow() + ms
  for (const limit of [request.startBy, request.deadline, end]) {
    const left = Math.min(limit + LATE_MS, end) - sharedNow()
    const ended = await deps.inbox.wait(request, Math.max(0, left), signal)
    if (ended || signal.aborted || limit + LATE_MS >= end) return ended
    // While Redis is away the state of the run is not known, and the wait goes on.
    const current = await deps.runs
      .get(request.id)
      .then((record) => record && expireRun(deps, record))
      .catch(() => null)
    if (current && isFinal(current.status)) return current
  }
  return null
}
