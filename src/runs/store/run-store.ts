import { batchPerTurn } from '../../platform/event-loop/batch-per-tick.ts'
import { shardOf } from '../../platform/ids.ts'
import type { Redis } from '../../platform/redis/redis.ts'
import { claimRuns } from './claim-runs.ts'
import { readRuns } from './read-runs.ts'
import type { Attempt, RunRequest, RunResult, RunStatus } from '../run.ts'
import type { Claim, Created, IdempotencyKey, Offer } from './run-changes.ts'
import { shardKeys } from './run-keys.ts'
import { toLines } from './run-record.ts'
import { runScript } from './run-script.ts'
import { requestToText, resultToText, tallyToText } from './run-text.ts'
import type { Tally } from '../../totals/delta.ts'

const SCRIPTS = {
  create: runScript('create'),
  settle: runScript('settle'),
  cancel: runScript('cancel'),
  watch: runScript('watch'),
}

const NO_OFFER: Offer = { worker: '', heard: 0, room: 0, lockMs: 0 }

/** Answers larger than this travel to a waiting process as an id only; it then reads the record. */
const REPLY_INLINE_MAX = 8192

/** What begins or ends within one turn of the event loop is written together: so many runs of a shard at most. */
const BATCH = 32
/** Characters of a batch, at which it is full: Redis does nothing else while it writes one. */
const CREATE_WEIGHT = 262_144
/** The same, of which a part is told to whoever waits. */
const SETTLE_WEIGHT = 32_768

export interface RunStoreOptions {
  readonly shards: number
  readonly retentionSeconds: number
  /** How many queued runs of one project have a job at a time, per shard. */
  readonly laneWindow: number
  /** Most queued runs, of one project and in all. */
  readonly projectQueueMax: number
  readonly queueMax: number
  readonly idempotencySeconds: number
}

export type RunStore = ReturnType<typeof createRunStore>

/**
 * The only owner of run records. Every change of a run is one script on the run itself, so that two
 * processes can never both believe they made it.
 */
export function createRunStore(redis: Redis, options: RunStoreOptions) {
  const keysFor = (id: string) => shardKeys(shardOf(id))
  const retention = Math.ceil(options.retentionSeconds * 1000)
  const limits = [
    options.laneWindow,
    Math.ceil(options.projectQueueMax / options.shards),
    Math.ceil(options.queueMax / options.shards),
    options.idempotencySeconds * 1000,
  ]

  const createTogether = batchPerTurn({
    most: BATCH,
    mostWeight: CREATE_WEIGHT,
    send: (shard, runs: readonly (readonly string[])[]) =>
      SCRIPTS.create(redis, [shardKeys(shard).prefix], [Date.now(), ...limits, ...runs.flat()]) as Promise<
        [outcome: Created['outcome'], other: string][]
      >,
  })

  /** Per shard, what the worker of this process says of itself. */
  const offers = new Map<number, () => Offer | null>()

  const settleTogether = batchPerTurn({
    most: BATCH,
    mostWeight: SETTLE_WEIGHT,
    send(shard, runs: readonly (readonly (string | number)[])[]) {
      const { worker, heard, room, lockMs } = offers.get(shard)?.() ?? NO_OFFER
      const args = [retention, options.laneWindow, worker, heard, room + runs.length, lockMs, ...runs.flat()]
      return SCRIPTS.settle(redis, [shardKeys(shard).prefix], args) as Promise<number[]>
    },
  })

  /** Ends a run; `fence` is '' for one that no worker has. False when it is not, or no longer, as the caller thinks. */
  async function settle(
    { id, project }: RunRequest,
    fence: number | '',
    result: RunResult,
    attempts: readonly Attempt[],
    tally: Tally | null,
  ): Promise<boolean> {
    const json = resultToText(result)
    const lines = toLines(attempts)
    const sum = tally ? tallyToText(tally) : ''
    const inline = json.length <= REPLY_INLINE_MAX ? '1' : ''
    const run = [id, fence, project, result.status, json, lines, inline, sum]
    return (await settleTogether(shardOf(id), run, json.length + lines.length + sum.length)) === 1
  }

  return {
    ...readRuns(redis, options.shards),
    ...claimRuns(redis, options),

    /** From now on whatever is settled here in a shard tells what its worker has room for; null while it has none. */
    offer(shard: number, say: () => Offer | null): void {
      offers.set(shard, say)
    },

    /**
     * Creates a run: it is handed to a worker that waits for one, or queued, with its job when its turn has come.
     * @param watcher the API process that wants to be told of its end, if any
     * @param drawn the revision that a worker would draw now, if that is known
     */
    async create(
      request: RunRequest,
      watcher: string | null,
      key: IdempotencyKey | null = null,
      drawn: string | null = null,
    ): Promise<Created> {
      const { id, project, task } = request
      const text = requestToText(request)
      const revision = request.revision ?? drawn ?? ''
      const run = [id, text, watcher ?? '', project, task, revision, key?.hash ?? '', key?.fingerprint ?? '']
      const [outcome, other] = await createTogether(shardOf(id), run, text.length)
      return outcome === 'replayed' || outcome === 'reused' ? { outcome, id: other } : { outcome }
    },

    /** The run that an idempotency key has in a shard, and the fingerprint of its request. */
    async keyOwner(
      shard: number,
      project: string,
      hash: string,
    ): Promise<{ id: string; fingerprint: string } | null> {
      const [id, fingerprint] =
        (await redis.get(shardKeys(shard).idempotency(project, hash)))?.split(' ') ?? []
      return id && fingerprint ? { id, fingerprint } : null
    },

    /** Ends the run with its result, its tally and its replies in one step. False when the claim is stale. */
    settle: (
      claim: Claim,
      result: RunResult,
      attempts: readonly Attempt[],
      tally: Tally | null,
    ): Promise<boolean> => settle(claim.request, claim.fence, result, attempts, tally),

    /** Ends a run that no worker has. False when one has it by now. */
    settleQueued: (
      request: RunRequest,
      result: RunResult,
      attempts: readonly Attempt[],
      tally: Tally | null,
    ): Promise<boolean> => settle(request, '', result, attempts, tally),

    /** Asks that a running run be cancelled. Returns the status of the run: only `running` was asked for it. */
    async requestCancel(id: string): Promise<RunStatus | null> {
      const keys = keysFor(id)
      return (await SCRIPTS.cancel(redis, [keys.run(id), keys.signals()], [id])) as RunStatus | null
    },

    /** Asks for the run's end to be told to an API process. False when it has ended or is not known. */
    async watch(id: string, api: string): Promise<boolean> {
      return (await SCRIPTS.watch(redis, [keysFor(id).run(id)], [api])) === 1
    },
  }
}
