import { sharedNow } from '../../platform/clock.ts'
import { inBatches } from '../../platform/event-loop/in-batches.ts'
import { shardOf } from '../../platform/ids.ts'
import type { Redis } from '../../platform/redis/redis.ts'
import { type Delta, deltaToText } from '../../totals/delta.ts'
import type { Attempt, RunRecord, RunRequest, RunResult, RunStatus } from '../run.ts'
import { type Capacity, type Claim, fullToText } from './claim.ts'
import { claimRuns } from './claim-runs.ts'
import { type Drawn, drawnToText } from './drawn-revision.ts'
import { countFileBytes, fileBytesToText, keptUntil } from './kept-bytes.ts'
import { liveTexts } from './live-texts.ts'
import { type FindWait, readRuns } from './read-runs.ts'
import { requestToText } from './request-text.ts'
import { restoreJobs } from './restore-jobs.ts'
import { resultToText } from './result-text.ts'
import { shardKeys } from './run-keys.ts'
import { toLines } from './run-record.ts'
import { movingScript, writingScript } from './run-script.ts'
import { trimIndexes } from './trim-indexes.ts'

const SCRIPTS = {
  create: movingScript('create'),
  settle: movingScript('settle'),
  cancel: writingScript('cancel'),
  watch: writingScript('watch'),
}

/** No worker announces its capacity. */
const NO_CAPACITY: Capacity = { worker: '', received: 0, room: 0, lockMs: 0, full: [] }

/** Characters of JSON. A larger result is not sent with the reply: the waiting process then reads the record. */
const REPLY_INLINE_MAX = 8192

/** Runs of a shard that begin or end within one tick of the event loop are written together, at most so many. */
const BATCH = 32
/** Most characters of a batch: while Redis executes a script, it does nothing else. */
const CREATE_WEIGHT = 262_144
/** The same for settle, which is smaller since results are also sent as replies. */
const SETTLE_WEIGHT = 32_768

export interface RunStoreOptions {
  readonly shards: number
  readonly retentionSeconds: number
  /** How many queued runs of one project for one model have a job at a time, in each shard. */
  readonly queueWindow: number
  /** Most queued runs, of one project and in all. */
  readonly projectQueueMax: number
  readonly queueMax: number
  /** Most bytes of the requests of one project's queued runs. */
  readonly projectQueueBytes: number
  readonly idempotencySeconds: number
  /** What queued runs wait for; absent: nobody knows. */
  readonly waitingOn?: FindWait
  /** Called for each run that ends here. */
  readonly onEnd?: (request: RunRequest, revision: string | null, result: RunResult) => void
}

/** An idempotency key, and the request that it belongs to. */
export interface IdempotencyKey {
  /** SHA-256 of the caller's key. */
  readonly hash: string
  /** SHA-256 of everything that makes two requests the same. */
  readonly fingerprint: string
}

/**
 * `enqueued`: the run has a job, or was dispatched to a worker. `backlogged`: it gets a job when earlier runs of its
 * project have left the queue. `replayed` and `reused`: the idempotency key has the run `id`, of the same or of another
 * request.
 */
export type Created =
  | { readonly outcome: 'enqueued' | 'backlogged' | 'exists' | 'full' | 'project_full' | 'bytes_full' }
  | { readonly outcome: 'replayed' | 'reused'; readonly id: string }

/** Returns the capacity of a worker at this moment; null while no run may be dispatched to it. */
export type ReadCapacity = () => Capacity | null

interface Ending {
  readonly fields: readonly (string | number)[]
  readonly capacity: ReadCapacity
}

export type RunStore = ReturnType<typeof createRunStore>

/**
 * The only owner of run records. Every change of a run is one script that checks its state and fence first: of two
 * processes that try the same change, one succeeds and the other is told so.
 */
export function createRunStore(redis: Redis, options: RunStoreOptions) {
  const prefixOf = (id: string) => shardKeys(shardOf(id)).prefix
  const retention = Math.ceil(options.retentionSeconds * 1000)
  const limits = [
    options.queueWindow,
    Math.ceil(options.projectQueueMax / options.shards),
    Math.ceil(options.queueMax / options.shards),
    options.idempotencySeconds * 1000,
    Math.ceil(options.projectQueueBytes / options.shards),
  ]

  const createTogether = inBatches({
    most: BATCH,
    mostWeight: CREATE_WEIGHT,
    send: (shard, runs: readonly (readonly (string | number)[])[]) =>
      SCRIPTS.create(redis, [shardKeys(shard).prefix], [sharedNow(), ...limits, ...runs.flat()]) as Promise<
        [outcome: Created['outcome'], other: string][]
      >,
  })

  const settleTogether = inBatches({
    most: BATCH,
    mostWeight: SETTLE_WEIGHT,
    send(shard, endings: readonly Ending[]) {
      const { worker, received, room, lockMs, full } = endings.at(-1)?.capacity() ?? NO_CAPACITY
      const own = [worker, received, room + endings.length, lockMs, fullToText(full)]
      const args = [retention, options.queueWindow, ...own, keptUntil(sharedNow(), retention)]
      const fields = endings.flatMap((ending) => ending.fields)
      return SCRIPTS.settle(redis, [shardKeys(shard).prefix], [...args, ...fields]) as Promise<number[]>
    },
  })

  /**
   * Ends a run. `fence` is '' for a queued run, and `seen` the bytes of its request, or the revision that a queued run was
   * read with. False when the run is not queued as it was, or the fence is stale.
   */
  async function settle(
    request: RunRequest,
    revision: string | null,
    fence: number | '',
    result: RunResult,
    attempts: readonly Attempt[],
    delta: Delta | null,
    capacity: ReadCapacity,
    seen: number | string,
  ): Promise<boolean> {
    const { id, project } = request
    const json = resultToText(result)
    const lines = toLines(attempts)
    const deltaText = delta ? deltaToText(delta) : ''
    const inline = json.length <= REPLY_INLINE_MAX ? '1' : ''
    const fields = [id, fence, project, result.status, json, lines, inline, deltaText, seen]
    const weight = json.length + lines.length + deltaText.length
    const isSettled = (await settleTogether(shardOf(id), { fields, capacity }, weight)) === 1
    if (isSettled) options.onEnd?.(request, revision, result)
    return isSettled
  }

  return {
    ...readRuns(redis, options.shards, options.waitingOn),
    ...claimRuns(redis, options),
    ...restoreJobs(redis),
    ...trimIndexes(redis, retention),
    ...liveTexts(redis),
    ...countFileBytes(redis, options.shards, retention),

    /**
     * Creates a run: it is dispatched to a waiting worker, or queued with a job, or put into its project's backlog.
     * @param watcher the API process that gets a reply when the run ends, if any; of a live run it is told all that its
     *   model says
     * @param drawn what a worker would draw now, if that is known
     * @param fileBytes of its files together
     */
    async create(
      request: RunRequest,
      watcher: string | null,
      key: IdempotencyKey | null = null,
      drawn: Drawn | null = null,
      fileBytes = 0,
    ): Promise<Created> {
      const { id, project, task, startBy } = request
      const text = requestToText(request)
      const revision = drawn ? drawnToText(drawn.revision, drawn.split) : (request.revision ?? '')
      const named = key ? [key.hash, key.fingerprint] : ['', '']
      const watching = request.live && watcher ? `${watcher}!` : (watcher ?? '')
      const run = [
        id,
        text,
        watching,
        project,
        task,
        revision,
        drawn?.model ?? '',
        startBy,
        fileBytesToText(request.deadline, fileBytes, retention),
        ...named,
      ]
      const [outcome, other] = await createTogether(shardOf(id), run, text.length)
      return outcome === 'replayed' || outcome === 'reused' ? { outcome, id: other } : { outcome }
    },

    /** The run of an idempotency key in a shard, and the fingerprint of its request; null for an unused key. */
    async keyOwner(
      shard: number,
      project: string,
      hash: string,
    ): Promise<{ id: string; fingerprint: string } | null> {
      const [id, fingerprint] =
        (await redis.get(shardKeys(shard).idempotency(project, hash)))?.split(' ') ?? []
      return id && fingerprint ? { id, fingerprint } : null
    },

    /**
     * Ends a claimed run: writes its result and its delta, removes its job and sends its replies, in one step. False when
     * the claim is stale.
     * @param capacity of its worker, read when the script is sent; the script announces it
     */
    settle: (
      claim: Claim,
      result: RunResult,
      attempts: readonly Attempt[],
      delta: Delta | null,
      capacity: ReadCapacity = () => null,
    ): Promise<boolean> =>
      settle(claim.request, claim.revision, claim.fence, result, attempts, delta, capacity, claim.bytes),

    /**
     * Ends a queued run and removes its job. False when it is no longer queued, or a worker has had it since it was read:
     * then it has to be read again.
     */
    settleQueued: (
      { request, attempts, revision, split }: RunRecord,
      result: RunResult,
      delta: Delta | null,
    ): Promise<boolean> => {
      const stored = revision === null ? '' : drawnToText(revision, split)
      return settle(request, revision ?? request.revision, '', result, attempts, delta, () => null, stored)
    },

    /**
     * Requests the cancel of a running run. Returns the status of the run; with any other than `running`, nothing was
     * done.
     */
    async requestCancel(id: string): Promise<RunStatus | null> {
      return (await SCRIPTS.cancel(redis, [prefixOf(id)], [id])) as RunStatus | null
    },

    /**
     * Adds an API process to the run's watchers: it gets a reply when the run ends. False when it has ended or is
     * unknown.
     */
    async watch(id: string, api: string): Promise<boolean> {
      return (await SCRIPTS.watch(redis, [prefixOf(id)], [id, api])) === 1
    },
  }
}
