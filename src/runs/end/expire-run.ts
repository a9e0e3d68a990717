import { isLate, type RunRecord } from '../run.ts'
import { type EndQueuedRunDeps, endQueuedRun } from './end-queued-run.ts'

/**
 * Ends a queued run whose time is over, whoever happens to look at it: where no worker is left to drop it, its caller
 * still learns of its end. Returns the run as it stands then. A running one is its worker's to end.
 */
export async function expireRun(deps: EndQueuedRunDeps, record: RunRecord): Promise<RunRecord> {
  const { request, status, attempts } = record
  // One that was started once may still go on after the time it had for that.
  const claimed = attempts.length > 0 ? request.created : null
  if (status !== 'queued' || !isLate(request, claimed, Date.now())) return record
  await endQueuedRun(deps, record, 'expired')
  return (await deps.runs.get(request.id)) ?? record
}
