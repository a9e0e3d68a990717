import { sharedNow } from '../../platform/clock.ts'
import { isLate, type RunRecord } from '../run.ts'
import { type EndQueuedRunDeps, endQueuedRun } from './end-queued-run.ts'

/**
 * Ends a queued run whose time is over. The process that reads the run does this, so that its caller learns of the end
 * even when no worker is left. A running run is not touched: its worker ends it. Returns the run as it is afterwards.
 */
export async function expireRun(deps: EndQueuedRunDeps, record: RunRecord): Promise<RunRecord> {
  const { request, status, attempts } = record
  // A run with an attempt was started in time: `startBy` no longer counts, only its deadline.
  const claimed = attempts.length > 0 ? request.created : null
  if (status !== 'queued' || !isLate(request, claimed, sharedNow())) return record
  await endQueuedRun(deps, record, 'expired')
  return (await deps.runs.get(request.id)) ?? record
}
