import { ApiError } from '../../platform/errors.ts'
import type { RunRecord } from '../run.ts'
import { isFinal } from '../run.ts'
import { type EndQueuedRunDeps, endQueuedRun } from './end-queued-run.ts'

/** A run that changes hands again between two looks is looked at again, so often. */
const MOST_TRIES = 20

/**
 * Cancels a run: at once when it is queued; when a worker has it, that worker is told and breaks off its model call.
 * A run that has ended stays as it is, so cancelling twice is cancelling once. Returns the run as it stands then.
 * @throws {ApiError} TASK_RUN_NOT_FOUND when it has meanwhile reached the end of its retention
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
