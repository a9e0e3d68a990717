import { setTimeout as pause } from 'node:timers/promises'
import type { EndQueuedRunDeps } from '../end/end-queued-run.ts'
import { isFinal, type RunRecord, type RunRequest } from '../run.ts'
import { awaitEnd } from '../wait/await-end.ts'
import type { ReplyInbox } from '../wait/reply-inbox.ts'

export interface FollowEndDeps extends EndQueuedRunDeps {
  readonly inbox: ReplyInbox
}

/** `trouble`: the store cannot be reached, and the run is followed on as soon as it can. */
export type EndEvent = { readonly type: 'end'; readonly record: RunRecord } | { readonly type: 'trouble' }

/** One wait for the end, in ms; after it the next begins. */
const ONE_WAIT_MS = 600_000
export const TROUBLE_PAUSE_MS = 1000

/** Waits for the end of a run, however long it takes; null when this process closes, or the run is no longer kept. */
export async function endOfRun(
  deps: FollowEndDeps,
  request: RunRequest,
  closing: AbortSignal,
): Promise<RunRecord | null> {
  // Not one signal of both: each run would pay for it, and the inbox ends its waits by itself.
  const isOver = () => closing.aborted || deps.inbox.closing.aborted
  while (!isOver()) {
    const ended = await awaitEnd(deps, request, ONE_WAIT_MS, closing)
    if (ended) return ended
    if (isOver()) break
    const record = await deps.runs.get(request.id).catch(() => undefined)
    if (record === null) return null
  }
  return null
}

/**
 * Follows a run to its end, as `followRun` does, but without what its model says: so its model is asked for no stream.
 * Ends without an `end` when this process closes, the run is no longer kept, or `signal` fires.
 */
export async function* followEnd(
  deps: FollowEndDeps,
  record: RunRecord,
  signal: AbortSignal,
): AsyncGenerator<EndEvent, void> {
  const { request } = record
  if (isFinal(record.status)) {
    yield { type: 'end', record }
    return
  }
  const done = new AbortController()
  // Listening begins before this process is added to the run's watchers, so that a reply cannot be missed.
  const ended = endOfRun(deps, request, AbortSignal.any([signal, done.signal]))
  try {
    while (!signal.aborted) {
      try {
        if (await deps.runs.watch(request.id, deps.inbox.id)) break
        // It has ended already, or is no longer kept.
        const current = await deps.runs.get(request.id)
        if (current && isFinal(current.status)) yield { type: 'end', record: current }
        return
      } catch {
        yield { type: 'trouble' }
        await pause(TROUBLE_PAUSE_MS, undefined, { signal }).catch(() => {})
      }
    }
    const end = await ended
    if (end) yield { type: 'end', record: end }
  } finally {
    done.abort()
  }
}
