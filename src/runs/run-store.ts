import { lowestIdAt, shardOf } from '../platform/ids.ts'
import type { Redis, Script } from '../platform/redis.ts'
import { loadScript } from '../platform/redis.ts'
import { type Rollup, rollupDay } from './rollup.ts'
import type { Attempt, RunRecord, RunRequest, RunResult, RunStatus } from './run.ts'

const script = (name: string): Script => loadScript(new URL(`./scripts/${name}.lua`, import.meta.url))
const SCRIPTS = {
  create: script('create'),
  claim: script('claim'),
  attempt: script('attempt'),
  release: script('release'),
  settle: script('settle'),
  watch: script('watch'),
}

/** Answers larger than this travel to a waiting process as an id only; it then reads the record. */
const REPLY_INLINE_MAX = 8192
const DAILY_ROLLUP_DAYS = 400

/** A worker's hold on a run. Its fence is refused as soon as another worker has claimed the run. */
export interface Claim {
  readonly request: RunRequest
  readonly fence: number
  readonly revision: string | null
  readonly attempts: readonly Attempt[]
  /** When the run was first claimed, ms since the epoch. */
  readonly claimed: number
  /** True when so many claims were lost that the run should fail instead of being executed again. */
  readonly spent: boolean
}

export interface RunFilter {
  readonly task?: string | undefined
  readonly status?: RunStatus | undefined
  readonly revision?: string | undefined
  /** Bounds on the time of creation, ms since the epoch: from (inclusive), to (exclusive). */
  readonly from?: number | undefined
  readonly to?: number | undefined
}

/** The keys of one shard. All share its hash tag, so that every script stays within one slot. */
export const shardKeys = (shard: number) => ({
  run: (id: string) => `{s${shard}}:run:${id}`,
  runsOf: (owner: string) => `{s${shard}}:runs:${owner}`,
  runsIn: (project: string, status: RunStatus) => `{s${shard}}:runs:${project}:${status}`,
  reply: (api: string) => `{s${shard}}:reply:${api}`,
  rollups: () => `{s${shard}}:rollups`,
  rollup: (name: string, day?: string) => `{s${shard}}:rollup:${name}${day ? `:${day}` : ''}`,
})

const toLines = (attempts: readonly Attempt[]): string =>
  attempts.map((attempt) => `${JSON.stringify(attempt)}\n`).join('')
const fromLines = (lines: string | null | undefined): Attempt[] =>
  (lines ?? '')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Attempt)

type Fields = (string | null)[]
const FIELDS = ['status', 'request', 'revision', 'attempts', 'result'] as const

function toRecord([status, request, revision, attempts, result]: Fields): RunRecord | null {
  if (!status || !request) return null
  return {
    status: status as RunStatus,
    request: JSON.parse(request) as RunRequest,
    revision: revision ?? null,
    attempts: fromLines(attempts),
    result: result ? (JSON.parse(result) as RunResult) : null,
  }
}

/** Reads an entry of a reply stream. The result is null when it was too large to travel with it. */
export function readReply(fields: readonly string[]) {
  const entry = Object.fromEntries(
    fields.flatMap((name, at) => (at % 2 === 0 ? [[name, fields[at + 1] ?? '']] : [])),
  )
  return {
    id: entry['run'] ?? '',
    revision: entry['revision'] || null,
    attempts: fromLines(entry['attempts']),
    result: entry['result'] ? (JSON.parse(entry['result']) as RunResult) : null,
  }
}

export type RunStore = ReturnType<typeof createRunStore>

/**
 * The only owner of run records. Every change of a run is one script on the run itself, so that two
 * processes can never both believe they made it.
 */
export function createRunStore(redis: Redis, options: { shards: number; retentionSeconds: number }) {
  const keysFor = (id: string) => shardKeys(shardOf(id))

  return {
    /** Creates a queued run; `watcher` is the API process that wants to be told of its end, if any. False if it exists. */
    async create(request: RunRequest, watcher: string | null): Promise<boolean> {
      const keys = keysFor(request.id)
      const all = [
        keys.run(request.id),
        keys.runsOf(request.project),
        keys.runsOf(request.task),
        keys.runsIn(request.project, 'queued'),
      ]
      const args = [request.id, JSON.stringify(request), watcher ?? '', keys.run('')]
      return (await SCRIPTS.create(redis, all, args)) === 1
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
      const reply = (await SCRIPTS.claim(
        redis,
        [keys.run(id), keys.runsIn(project, 'queued'), keys.runsIn(project, 'running')],
        [id, drawn ?? '', worker, Date.now(), claimsMax],
      )) as [number, string, string, number, string, string, number] | 0 | null
      if (reply === null) return 'ended'
      if (reply === 0) return 'unknown'
      const [fence, request, revision, , earlier, claimed, spent] = reply
      return {
        request: JSON.parse(request) as RunRequest,
        fence,
        revision: revision || null,
        attempts: fromLines(earlier),
        claimed: Number(claimed),
        spent: spent === 1,
      }
    },

    /** Writes the ledger of attempts. False when the claim is stale. */
    async saveAttempts(claim: Claim, attempts: readonly Attempt[]): Promise<boolean> {
      const key = keysFor(claim.request.id).run(claim.request.id)
      return (await SCRIPTS.attempt(redis, [key], [claim.fence, toLines(attempts)])) === 1
    },

    /** Gives the run back to the queue, the claim uncounted, with the attempts that were made. False when the claim is stale. */
    async release(claim: Claim, attempts: readonly Attempt[]): Promise<boolean> {
      const { id, project } = claim.request
      const keys = keysFor(id)
      const all = [keys.run(id), keys.runsIn(project, 'queued'), keys.runsIn(project, 'running')]
      return (await SCRIPTS.release(redis, all, [id, claim.fence, toLines(attempts)])) === 1
    },

    /** Ends the run with its result, its rollup and its replies in one step. False when the claim is stale. */
    async settle(
      claim: Claim,
      result: RunResult,
      attempts: readonly Attempt[],
      rollup: Rollup,
    ): Promise<boolean> {
      const { id, project } = claim.request
      const keys = keysFor(id)
      const json = JSON.stringify(result)
      return (
        (await SCRIPTS.settle(
          redis,
          [
            keys.run(id),
            keys.runsIn(project, 'running'),
            keys.runsIn(project, result.status),
            keys.rollups(),
            keys.rollup(rollup.name),
            keys.rollup(rollup.name, rollupDay(result.settled)),
          ],
          [
            id,
            claim.fence,
            result.status,
            json,
            toLines(attempts),
            Math.ceil(options.retentionSeconds * 1000),
            rollup.name,
            json.length <= REPLY_INLINE_MAX ? json : '',
            keys.reply(''),
            keys.run(''),
            DAILY_ROLLUP_DAYS,
            ...rollup.increments.flat(),
          ],
        )) === 1
      )
    },

    /** Asks for the run's end to be told to an API process. False when it has ended or is not known. */
    async watch(id: string, api: string): Promise<boolean> {
      return (await SCRIPTS.watch(redis, [keysFor(id).run(id)], [api])) === 1
    },

    async get(id: string): Promise<RunRecord | null> {
      return toRecord(await redis.hmget(keysFor(id).run(id), ...FIELDS))
    },

    /** The records of many runs, in one round trip; null where one is not known. */
    async getMany(ids: readonly string[]): Promise<(RunRecord | null)[]> {
      if (ids.length === 0) return []
      const pipeline = redis.pipeline()
      for (const id of ids) pipeline.hmget(keysFor(id).run(id), ...FIELDS)
      const replies = (await pipeline.exec()) ?? []
      return replies.map(([error, fields]) => {
        if (error) throw error
        return toRecord(fields as Fields)
      })
    },

    /**
     * Ids of a project's runs, newest first, below `cursor`, at most `limit`. Read from the narrowest index
     * there is for the filter; the caller still has to check the records against it.
     */
    async ids(project: string, filter: RunFilter, cursor: string | null, limit: number): Promise<string[]> {
      const upper = [cursor, filter.to === undefined ? null : lowestIdAt(filter.to)].filter(
        (id) => id !== null,
      )
      const top = upper.length > 0 ? `(${upper.sort()[0]}` : '+'
      const bottom = filter.from === undefined ? '-' : `[${lowestIdAt(filter.from)}`
      const narrow = filter.status !== undefined && filter.status !== 'succeeded' ? filter.status : null
      const perShard = await Promise.all(
        Array.from({ length: options.shards }, (_, shard) => {
          const keys = shardKeys(shard)
          const key = narrow ? keys.runsIn(project, narrow) : keys.runsOf(filter.task ?? project)
          return redis.zrange(key, top, bottom, 'BYLEX', 'REV', 'LIMIT', 0, limit)
        }),
      )
      return perShard.flat().sort().reverse().slice(0, limit)
    },
  }
}
