import { sharedNow } from '../../platform/clock.ts'
import type { RunRecord } from '../run.ts'
import { isLate } from '../run-expiry.ts'
import { type EndQueuedRunDeps, endQueuedRun } from './end-queued-run.ts'

/** A worker may have had the run between its reading and its end. Then it is read again, at most this often. */
const MOST_TRIES = 5

/**
 * Ends a queued run whose time is over. The process that reads the run does this, so that its caller learns of the end
 * even when no worker is left. A running run is not touched: its worker ends it. Returns the run as it is afterwards.
 */
export async function expireRun(deps: EndQueuedRunDeps, record: RunRecord): Promise<RunRecord> {
  let current = record
  for (let attempt = 0; attempt < MOST_TRIES && isOver(current); attempt += 1) {
    await endQueuedRun(deps, current, 'expired')
    current = (await deps.runs.get(record.request.id)) ?? current
  }
  return current
}

function isOver({ request, status, attempts }: RunRecord): boolean {
  // A run with an attempt was started in time: `startBy` no longer counts, only its deadline.
  const claimed = attempts.length > 0 ? request.created : null
  return status === 'queued' && isLate(request, claimed, sharedNow())
}
