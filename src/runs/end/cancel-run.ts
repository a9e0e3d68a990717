import { ApiError } from '../../platform/errors.ts'
import type { RunRecord } from '../run.ts'
import { isFinal } from '../run.ts'
import { type EndQueuedRunDeps, endQueuedRun } from './end-queued-run.ts'

/** Between reading a run and changing it, a worker may claim or release it. Then it is read again, at most this often. */
const MOST_TRIES = 20

/**
 * Cancels a run. A queued run ends at once; when a worker has the run, the worker is told and aborts its model call.
 * A run that has ended stays as it is, so a second call changes nothing. Returns the run as it is afterwards.
 * @throws {ApiError} TASK_RUN_NOT_FOUND when the retention of the run ended meanwhile
 */
export async function cancelRun(deps: EndQueuedRunDeps, record: RunRecord): Promise<RunRecord> {
  const { id } = record.request
  let current: RunRecord | null = record
  for (let attempt = 0; attempt < MOST_TRIES && current && !isFinal(current.status); attempt += 1) {
    if (current.status === 'queued') await endQueuedRun(deps, current, 'cancelled')
    else if ((await deps.runs.requestCancel(id)) === 'running') return current
    current = await deps.runs.get(id)
  }
  if (!current) throw new ApiError('TASK_RUN_NOT_FOUND', 'There is no such run.')
  return current
}
