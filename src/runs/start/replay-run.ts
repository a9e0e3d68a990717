import { ApiError } from '../../platform/errors.ts'
import type { EndQueuedRunDeps } from '../end/end-queued-run.ts'
import { isFinal } from '../run.ts'
import type { ReplyInbox } from '../wait/reply-inbox.ts'
import { watchRun } from '../wait/watch-run.ts'
import type { StartedRun } from './submission.ts'

/** The run that an idempotency key has; `reused`: for another request. */
export interface Replayed {
  readonly outcome: 'replayed' | 'reused'
  readonly id: string
}

/**
 * The run for a request whose idempotency key has one already. Waits for its end like any other caller.
 * @throws {ApiError} IDEMPOTENCY_KEY_REUSED when the request differs; TASK_RUN_NOT_FOUND when the run has reached the
 *   end of its retention
 */
export async function replayRun(
  deps: EndQueuedRunDeps & { inbox: ReplyInbox },
  { outcome, id }: Replayed,
  waitMs: number,
  signal: AbortSignal,
): Promise<StartedRun> {
  if (outcome === 'reused') {
    const message = 'The Idempotency-Key was used for another request.'
    throw new ApiError('IDEMPOTENCY_KEY_REUSED', message, { run_id: id })
  }
  const record = await deps.runs.get(id)
  if (!record) {
    const message = 'The run of this Idempotency-Key is no longer kept.'
    throw new ApiError('TASK_RUN_NOT_FOUND', message, { run_id: id })
  }
  const waits = !isFinal(record.status) && waitMs > 0
  return { record: waits ? await watchRun(deps, record, waitMs, signal) : record, replayed: true }
}
