import { LRUCache } from 'lru-cache'
import { ApiError } from '../platform/errors.ts'
import { shardOf } from '../platform/ids.ts'
import { isRedisUnavailable, wasNotExecuted } from '../platform/redis.ts'
import type { RunQueue } from '../queues.ts'
import type { RunRequest } from './run.ts'
import { type Created, type IdempotencyKey, jobOf } from './run-changes.ts'
import type { RunStore } from './run-store.ts'

/** For so long after a run had to queue behind its project's others, the next ones are taken to do so too. */
const BACKLOG_MS = 1000

export type Backlogs = ReturnType<typeof createBacklogs>

/** Which projects were found to have a backlog of late, so that jobs are not added which have to wait. */
export function createBacklogs() {
  const seen = new LRUCache<string, true>({ max: 10_000, ttl: BACKLOG_MS })
  return {
    has: (project: string): boolean => seen.has(project),
    learn(project: string, backlogged: boolean): void {
      if (backlogged) seen.set(project, true)
      else seen.delete(project)
    },
  }
}

export interface EnqueueRunDeps {
  readonly runs: RunStore
  /** By shard. */
  readonly queues: readonly RunQueue[]
  readonly backlogs: Backlogs
}

/**
 * Creates the record of a run, and adds its job when its turn has come. Without a backlog both go out at once: on one
 * connection the record arrives before its job. A job that came too early is only early: the store decides.
 * @throws {ApiError} PROJECT_QUEUE_FULL, QUEUE_FULL; STORE_UNAVAILABLE, with `run_id` when nobody knows whether the
 *   run was accepted
 */
export async function enqueueRun(
  { runs, queues, backlogs }: EnqueueRunDeps,
  request: RunRequest,
  watcher: string | null,
  key: IdempotencyKey | null,
): Promise<Created> {
  const queue = queues[shardOf(request.id)]
  const atOnce = key === null && !backlogs.has(request.project)
  const creating = runs.create(request, watcher, key)
  const adding = atOnce ? queue?.add(request.id, jobOf(request)).catch(() => {}) : undefined
  let created: Created
  try {
    created = await creating
  } catch (error) {
    await adding
    if (!isRedisUnavailable(error) || wasNotExecuted(error)) throw error
    const message = 'The store cannot be reached. Whether the run was accepted is not known: read it later.'
    throw new ApiError('STORE_UNAVAILABLE', message, { run_id: request.id, retryable: true }, error)
  }
  const { outcome } = created
  backlogs.learn(request.project, outcome !== 'enqueued' && outcome !== 'replayed')
  if (outcome === 'enqueued' && !atOnce) {
    // The record is there, so the run is accepted: should its job get lost here, the janitor adds it.
    await queue?.add(request.id, jobOf(request)).catch(() => {})
  }
  await adding
  if (outcome !== 'enqueued' && atOnce) await takeBack(runs, queue, request).catch(() => {})
  if (outcome === 'full' || outcome === 'project_full') {
    throw outcome === 'full'
      ? new ApiError('QUEUE_FULL', 'Too many runs are queued.', { retry_after: 5, retryable: true })
      : new ApiError('PROJECT_QUEUE_FULL', 'Too many runs of the project are queued.', {
          retry_after: 5,
          retryable: true,
        })
  }
  return created
}

/** Removes a job that was added too early, so that the run keeps its place among its project's, or because there is none. */
async function takeBack(runs: RunStore, queue: RunQueue | undefined, request: RunRequest): Promise<void> {
  await queue?.remove(request.id)
  // Its turn may have come meanwhile: then the job that was just removed was the one that it needs.
  if (await runs.isEnqueued(request.id)) await queue?.add(request.id, jobOf(request))
}
