import { shardOf } from '../platform/ids.ts'
import type { Redis, Script } from '../platform/redis.ts'
import { loadScript } from '../platform/redis.ts'
import { readRuns } from './read-runs.ts'
import type { Attempt, RunRequest, RunResult, RunStatus } from './run.ts'
import { type Claim, type Created, type Entered, type IdempotencyKey, toEntered } from './run-changes.ts'
import { shardKeys } from './run-keys.ts'
import { fromLines, toLines } from './run-record.ts'
import type { Tally } from './tally.ts'

const file = (name: string): URL => new URL(`./scripts/${name}.lua`, import.meta.url)
const script = (name: string): Script => loadScript(file(name), file('lane'))
const SCRIPTS = {
  create: script('create'),
  claim: script('claim'),
  attempt: script('attempt'),
  release: script('release'),
  putOff: script('put-off'),
  settle: script('settle'),
  cancel: script('cancel'),
  watch: script('watch'),
}

/** Answers larger than this travel to a waiting process as an id only; it then reads the record. */
const REPLY_INLINE_MAX = 8192

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

/** A run, and all that knows where it stands until it ends. */
const standingKeys = (keys: ReturnType<typeof shardKeys>, id: string, project: string): string[] => [
  keys.run(id),
  keys.runsIn(project, 'queued'),
  keys.lane(project),
  keys.lanes(),
  keys.enqueued(),
  keys.runsIn(project, 'running'),
  keys.running(),
]

export type RunStore = ReturnType<typeof createRunStore>

/**
 * The only owner of run records. Every change of a run is one script on the run itself, so that two
 * processes can never both believe they made it.
 */
export function createRunStore(redis: Redis, options: RunStoreOptions) {
  const keysFor = (id: string) => shardKeys(shardOf(id))

  /** Ends a run; `fence` is '' for one that no worker has. Null when it is not, or no longer, as the caller thinks. */
  async function settle(
    request: RunRequest,
    fence: number | '',
    result: RunResult,
    attempts: readonly Attempt[],
    tally: Tally | null,
  ): Promise<Entered[] | null> {
    const { id, project } = request
    const keys = keysFor(id)
    const json = JSON.stringify(result)
    const reply = await SCRIPTS.settle(
      redis,
      [...standingKeys(keys, id, project), keys.runsIn(project, result.status), keys.tallies()],
      [
        id,
        fence,
        result.status,
        json,
        toLines(attempts),
        Math.ceil(options.retentionSeconds * 1000),
        project,
        options.laneWindow,
        json.length <= REPLY_INLINE_MAX ? json : '',
        keys.reply(''),
        keys.run(''),
        tally ? JSON.stringify(tally) : '',
      ],
    )
    return reply === null ? null : toEntered(reply as string[])
  }

  return {
    ...readRuns(redis, options.shards),

    /** Creates a queued run; `watcher` is the API process that wants to be told of its end, if any. */
    async create(
      request: RunRequest,
      watcher: string | null,
      key: IdempotencyKey | null = null,
    ): Promise<Created> {
      const { id, project } = request
      const keys = keysFor(id)
      const all = [
        keys.run(id),
        keys.runsOf(project),
        keys.runsOf(request.task),
        keys.runsIn(project, 'queued'),
        keys.lane(project),
        keys.lanes(),
        keys.enqueued(),
        key ? keys.idempotency(project, key.hash) : keys.run(id),
      ]
      const args = [
        id,
        JSON.stringify(request),
        watcher ?? '',
        keys.run(''),
        project,
        options.laneWindow,
        Math.ceil(options.projectQueueMax / options.shards),
        Math.ceil(options.queueMax / options.shards),
        key?.fingerprint ?? '',
        options.idempotencySeconds * 1000,
        request.created,
      ]
      const [outcome, other] = (await SCRIPTS.create(redis, all, args)) as [Created['outcome'], string]
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

    /** Takes the run for a worker. `ended` and `unknown` say why there is nothing to take. */
    async claim(
      id: string,
      project: string,
      drawn: string | null,
      worker: string,
      claimsMax: number,
    ): Promise<Claim | 'ended' | 'unknown'> {
      const keys = keysFor(id)
      const reply = (await SCRIPTS.claim(redis, standingKeys(keys, id, project), [
        id,
        drawn ?? '',
        worker,
        Date.now(),
        claimsMax,
        project,
        options.laneWindow,
        keys.run(''),
      ])) as [number, string, string, string, string, number, number, string[]] | 0 | null
      if (reply === null) return 'ended'
      if (reply === 0) return 'unknown'
      const [fence, request, revision, earlier, claimed, spent, cancelled, entered] = reply
      return {
        request: JSON.parse(request) as RunRequest,
        fence,
        revision: revision || null,
        attempts: fromLines(earlier),
        claimed: Number(claimed),
        spent: spent === 1,
        cancelled: cancelled === 1,
        entered: toEntered(entered),
      }
    },

    /** Writes the ledger of attempts. False when the claim is stale. */
    async saveAttempts(claim: Claim, attempts: readonly Attempt[]): Promise<boolean> {
      const key = keysFor(claim.request.id).run(claim.request.id)
      return (await SCRIPTS.attempt(redis, [key], [claim.fence, toLines(attempts)])) === 1
    },

    /**
     * Gives the run back to the queue, the claim uncounted, with the attempts that were made. `putOff`: its job is
     * delivered later, and does not stand in the way of the project's other runs. False when the claim is stale.
     */
    async release(claim: Claim, attempts: readonly Attempt[], putOff = false): Promise<boolean> {
      const { id, project } = claim.request
      const keys = keysFor(id)
      const all = [
        keys.run(id),
        keys.runsIn(project, 'queued'),
        keys.lanes(),
        keys.enqueued(),
        keys.runsIn(project, 'running'),
        keys.running(),
      ]
      const args = [id, claim.fence, toLines(attempts), project, Date.now(), putOff ? 1 : 0]
      return (await SCRIPTS.release(redis, all, args)) === 1
    },

    /** Takes a queued run out of its project's way while its job is put off; returns runs that may enter instead. */
    async putOff(id: string, project: string): Promise<Entered[]> {
      const keys = keysFor(id)
      const all = [keys.lane(project), keys.lanes(), keys.enqueued()]
      return toEntered(
        (await SCRIPTS.putOff(redis, all, [id, project, options.laneWindow, keys.run('')])) as string[],
      )
    },

    /** Ends the run with its result, its tally and its replies in one step. False when the claim is stale. */
    async settle(
      claim: Claim,
      result: RunResult,
      attempts: readonly Attempt[],
      tally: Tally | null,
    ): Promise<boolean> {
      return (await settle(claim.request, claim.fence, result, attempts, tally)) !== null
    },

    /** Ends a run that no worker has. Null when one has it by now; else runs that may enter the queue in its place. */
    settleQueued: (
      request: RunRequest,
      result: RunResult,
      attempts: readonly Attempt[],
      tally: Tally | null,
    ): Promise<Entered[] | null> => settle(request, '', result, attempts, tally),

    /** Asks that a running run be cancelled. Returns the status of the run: only `running` was asked for it. */
    async requestCancel(id: string): Promise<RunStatus | null> {
      const keys = keysFor(id)
      return (await SCRIPTS.cancel(redis, [keys.run(id), keys.signals()], [id])) as RunStatus | null
    },

    /** Asks for the run's end to be told to an API process. False when it has ended or is not known. */
    async watch(id: string, api: string): Promise<boolean> {
      return (await SCRIPTS.watch(redis, [keysFor(id).run(id)], [api])) === 1
    },

    /** True for a queued run that should have a job now. */
    async isEnqueued(id: string): Promise<boolean> {
      return (await redis.zscore(keysFor(id).enqueued(), id)) !== null
    },
  }
}
