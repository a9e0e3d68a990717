import { ApiError } from '../../platform/errors.ts'
import { isRedisUnavailable, wasNotExecuted } from '../../platform/redis/redis.ts'
import type { RunRequest } from '../run.ts'
import type { Created, IdempotencyKey, RunStore } from '../store/run-store.ts'

/**
 * Creates the record of a run, with its job as soon as its turn has come.
 * @param drawn the revision that a worker would draw now, if that is known
 * @throws {ApiError} PROJECT_QUEUE_FULL, QUEUE_FULL; STORE_UNAVAILABLE, with `run_id` when nobody knows whether the
 *   run was accepted
 */
export async function enqueueRun(
  { runs }: { runs: RunStore },
  request: RunRequest,
  watcher: string | null,
  key: IdempotencyKey | null,
  drawn: string | null,
): Promise<Created> {
  let created: Created
  try {
    created = await runs.create(request, watcher, key, drawn)
  } catch (error) {
    if (!isRedisUnavailable(error) || wasNotExecuted(error)) throw error
    const message = 'The store cannot be reached. Whether the run was accepted is not known: read it later.'
    throw new ApiError('STORE_UNAVAILABLE', message, { run_id: request.id, retryable: true }, error)
  }
  const later = { retry_after: 5, retryable: true }
  if (created.outcome === 'full') throw new ApiError('QUEUE_FULL', 'Too many runs are queued.', later)
  if (created.outcome === 'project_full') {
    throw new ApiError('PROJECT_QUEUE_FULL', 'Too many runs of the project are queued.', later)
  }
  return created
}
