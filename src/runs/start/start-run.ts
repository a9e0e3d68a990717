import { usesOf } from '../../inputs/processor.ts'
import type { LimitReader } from '../../models/limits/limit-reader.ts'
import { sharedNow } from '../../platform/clock.ts'
import { ApiError } from '../../platform/errors.ts'
import { newRunId } from '../../platform/ids.ts'
import { isRedisUnavailable, wasNotExecuted } from '../../platform/redis/redis.ts'
import { within } from '../../platform/tracing/tracing.ts'
import { isFileModality } from '../../tasks/output-modality.ts'
import { drawRevision, type Place } from '../../tasks/split/draw-revision.ts'
import type { EndQueuedRunDeps } from '../end/end-queued-run.ts'
import { laneOfRun } from '../lane-of-run.ts'
import { cacheUseOf } from '../reuse/cache-use.ts'
import type { RunRecord, RunRequest } from '../run.ts'
import { startEnqueueSpan } from '../run-span.ts'
import type { Drawn } from '../store/drawn-revision.ts'
import type { Created, IdempotencyKey, RunStore } from '../store/run-store.ts'
import { awaitEnd } from '../wait/await-end.ts'
import type { ReplyInbox } from '../wait/reply-inbox.ts'
import { type AdmitRunDeps, admitRun, countsUnderNone } from './admit-run.ts'
import type { CheckedFile } from './check-files.ts'
import { type Accepted, type CheckRunDeps, checkRun } from './check-run.ts'
import type { FileRoom } from './file-room.ts'
import { idempotencyKeyOf, shardsOfKey } from './idempotency.ts'
import { type MakeRequestDeps, makeRequest, placeOf } from './make-request.ts'
import { type Replayed, replayRun } from './replay-run.ts'
import type { StorageQuota } from './storage-quota.ts'
import { discardFiles, type StoreFilesDeps, storeFiles } from './store-files.ts'
import type { StartedRun, Submission } from './submission.ts'

export interface StartRunDeps
  extends EndQueuedRunDeps,
    CheckRunDeps,
    MakeRequestDeps,
    StoreFilesDeps,
    AdmitRunDeps {
  readonly inbox: ReplyInbox
  readonly storageQuota: StorageQuota
  readonly fileRoom: FileRoom
  readonly limitReader: LimitReader
  readonly shards: number
  /** The shard that the next run goes to. */
  nextShard(): number
  /** The other numbers of shards by which keys may have been stored; nearly always none. */
  otherShardCounts(): readonly number[]
}

/**
 * Accepts a run: checks it, stores its files, creates its record and enqueues its job. When it resolves, the run is
 * durable. With an idempotency key that has been used for the same request, it waits for that run instead.
 * @param waitMs how long to wait for the end; 0 not at all
 * @param signal fires when the client has closed its connection: the wait ends, the run goes on
 * @throws {ApiError} see checkRun; PROJECT_QUEUE_FULL, PROJECT_STORAGE_FULL, QUEUE_FULL, STORE_UNAVAILABLE;
 *   FILES_UNAVAILABLE; IDEMPOTENCY_KEY_REUSED; RATE_LIMITED
 * @throws {ValidationError} see checkRun
 */
export async function startRun(
  deps: StartRunDeps,
  input: Submission,
  waitMs: number,
  signal: AbortSignal,
): Promise<StartedRun> {
  const key = input.idempotencyKey === null ? null : idempotencyKeyOf(input.idempotencyKey, input)
  const places = key ? shardsOfKey(key, input.project, deps.shards, deps.otherShardCounts()) : []
  const shard = places[0] ?? deps.nextShard()
  if (key) {
    // A run that was accepted once is shown again, even if the checks would refuse it now. This read saves the checks;
    // it is the create script that decides, since another request may store the key in between.
    const owners = await Promise.all(
      places.map((place) => deps.runs.keyOwner(place, input.project, key.hash)),
    )
    const owner = owners.find((each) => each !== null)
    const same = owner?.fingerprint === key.fingerprint
    if (owner) return replayRun(deps, { outcome: same ? 'replayed' : 'reused', id: owner.id }, waitMs, signal)
  }
  const quota = deps.storageQuota.check(input.project)
  if (quota) await quota
  const accepted = await checkRun(deps, input)
  if (mayMakeFiles(accepted)) await deps.fileRoom.check(input.project)
  const cache = cacheUseOf(accepted.task, input.cache ?? null, input.files)
  const id = newRunId(shard)
  const mode = input.instead?.mode ?? (waitMs > 0 || input.live ? 'wait' : 'async')
  const enqueuing = startEnqueueSpan(input.span, { id, task: input.task, mode })
  const place = placeOf(input, accepted, id)
  const asked = makeRequest(deps, input, accepted, id, place, mode, enqueuing.context)
  const unlimited = cache ? { ...asked, cache } : asked
  const admitted = countsUnderNone(deps, input.project) ? null : await admitRun(deps, unlimited)
  const counted = admitted ? { ...unlimited, ...admitted.counts } : unlimited
  // What limits refuse is not stored for it.
  const stored = accepted.files.length > 0 ? await withFiles(deps, counted, accepted.files) : null
  const request = stored?.request ?? counted

  const waiting = new AbortController()
  const stopWaiting = () => waiting.abort()
  if (signal.aborted) stopWaiting()
  else signal.addEventListener('abort', stopWaiting, { once: true })
  // Listening begins before the run exists, so that its end cannot be missed.
  const ended = waitMs > 0 ? awaitEnd(deps, request, waitMs, waiting.signal) : Promise.resolve(null)
  let other: Replayed | null = null
  try {
    const watcher = waitMs > 0 || input.live ? deps.inbox.id : null
    // The worker draws the same revision, unless the weights change meanwhile. Storing it now saves the worker a write.
    const drawn = drawFor(deps, accepted, place, request)
    if (input.onLimit === 'fail') await refuseToWait(deps, drawn)
    const created = await within(enqueuing, () => create(deps, request, watcher, key, drawn, stored?.bytes))
    if (created.outcome === 'replayed' || created.outcome === 'reused') {
      other = created
      waiting.abort()
      await discard(deps, request)
    }
  } catch (error) {
    waiting.abort()
    // The files stay when it is not known whether the run was accepted.
    if (!(error instanceof ApiError && error.extra['run_id'])) await discard(deps, request)
    throw error
  } finally {
    stored?.free()
  }
  // Its files are gone by now, and have no room while the caller waits.
  if (other) return replayRun(deps, other, waitMs, signal)
  const unclaimed = { revision: null, split: null, attempts: [], result: null }
  const record: RunRecord = { request, status: 'queued', ...unclaimed }
  // When the wait is over without an end, the record says how far the run is.
  const known = (await ended) ?? (waitMs > 0 ? await deps.runs.get(id).catch(() => null) : null)
  return { record: known ?? record, replayed: false, ...(admitted && { limitHeaders: admitted.headers }) }
}

/** The revision that a worker would draw for the run now, and the model that it would call first. */
function drawFor(
  { models }: StartRunDeps,
  { task, revision, candidates }: Accepted,
  place: Place | null,
  request: RunRequest,
): Drawn | null {
  const drawn = place ? drawRevision(task.split, place.slot) : revision
  const found = candidates.find((each) => each.id === drawn)
  if (!found) return null
  const model = models.find((request.useFallback ? found.fallback_llm_model_id : found.llm_model_id) ?? '')
  return {
    revision: found.id,
    split: place ? task.split.seq : null,
    model: model ? laneOfRun(model, request) : '',
  }
}

/**
 * Stores the files of a run. `free` gives their room back, which they have from then on by the record of the run.
 * @throws as `storeFiles`, and PROJECT_STORAGE_FULL; then nothing is left of the run
 */
async function withFiles(
  deps: StartRunDeps,
  request: RunRequest,
  files: readonly CheckedFile[],
): Promise<{ request: RunRequest; bytes: number; free(): void }> {
  const bytes = files.reduce((sum, { data }) => sum + data.length, 0)
  let free = () => {}
  try {
    free = await deps.fileRoom.take(request.project, bytes)
    return { request: { ...request, files: await storeFiles(deps, request.id, files) }, bytes, free }
  } catch (error) {
    free()
    await discard(deps, request)
    throw error
  }
}

/** Whether its runs may have files that nobody sends: answers, and what processors made. */
const mayMakeFiles = ({ task, candidates }: Accepted): boolean =>
  isFileModality(task.output_modality) || candidates.some((each) => usesOf(each).length > 0)

/** Removes what there is of a run that was not created. */
async function discard(deps: StartRunDeps, { id, project, policies, files }: RunRequest): Promise<void> {
  if (policies.length > 0) await deps.policies.forget(project, id, policies).catch(() => {})
  await discardFiles(deps, id, files)
}

/** @throws {ApiError} RATE_LIMITED when the run would wait for a limit */
async function refuseToWait({ limitReader }: StartRunDeps, drawn: Drawn | null): Promise<void> {
  const waiting = drawn && (await limitReader.waitingOn(drawn.model))
  if (!waiting) return
  const seconds = Math.max(1, Math.ceil((waiting.until - sharedNow()) / 1000))
  throw new ApiError('RATE_LIMITED', `A limit of ${waiting.name} is reached (${waiting.limit}).`, {
    ...{ retry_after: seconds, retryable: true },
  })
}

/**
 * Creates the record of a run, and its job; in the backlog, the job is made later.
 * @param drawn what a worker would draw now, if that is known
 * @throws {ApiError} PROJECT_QUEUE_FULL, QUEUE_FULL; STORE_UNAVAILABLE, with `run_id` when it is not known whether
 *   the run was accepted
 */
async function create(
  { runs }: { runs: RunStore },
  request: RunRequest,
  watcher: string | null,
  key: IdempotencyKey | null,
  drawn: Drawn | null,
  fileBytes = 0,
): Promise<Created> {
  let created: Created
  try {
    created = await runs.create(request, watcher, key, drawn, fileBytes)
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
  if (created.outcome === 'bytes_full') {
    throw new ApiError('PROJECT_QUEUE_FULL', 'Too many bytes of runs of the project are queued.', later)
  }
  return created
}
