import type { WaitingOn } from '../../models/limits/limit-reader.ts'
import { lowestIdAt, shardOf } from '../../platform/ids.ts'
import { askByTag } from '../../platform/redis/ask-by-tag.ts'
import { keysExist } from '../../platform/redis/keys-exist.ts'
import type { Redis } from '../../platform/redis/redis.ts'
import type { ScoreFilter } from '../../tasks/scores/score-filter.ts'
import type { RunHead, RunRecord, RunStatus } from '../run.ts'
import { readKeptBytes } from './kept-bytes.ts'
import { type QueueState, readQueueState } from './queue-state.ts'
import { shardKeys } from './run-keys.ts'
import {
  type HeadFields,
  RECORD_FIELDS,
  type RecordFields,
  toHead,
  toKnownRecord,
  toRecord,
} from './run-record.ts'
import { writingScript } from './run-script.ts'

const heads = writingScript('heads')

/** How many runs one script reads: it copies what it leaves out, too, and Redis does nothing else meanwhile. */
const HEADS_BATCH = 8

/** By so much at most the time in a run's id may be ahead of the time of its creation. */
const ID_AHEAD_MS = 60_000

export interface RunFilter {
  readonly task?: string | undefined
  readonly status?: RunStatus | undefined
  readonly revision?: string | undefined
  readonly reference?: string | undefined
  readonly reportingGroup?: string | undefined
  /** Of its error. */
  readonly reason?: string | undefined
  /** Name or id of the model that answered last. */
  readonly model?: string | undefined
  /** Least time from its creation to its end, in ms. */
  readonly minMs?: number | undefined
  readonly score?: ScoreFilter | undefined
  /** True: shadow runs of the task, instead of those of callers. */
  readonly shadow?: boolean | undefined
  /** Bounds on the time of creation, ms since the epoch: from (inclusive), to (exclusive). */
  readonly from?: number | undefined
  readonly to?: number | undefined
}

/**
 * `enqueued`: its job waits in the queue. `held`: queued without such a job, in its project's backlog or deferred.
 * `running`: a worker has it; its age counts from the latest claim.
 */
export type BacklogState = 'enqueued' | 'held' | 'running'

/** What the runs of a lane wait for, see `createLimitReader`. */
export type FindWait = (lane: string) => Promise<WaitingOn | null>

/** The part of the run store that only reads. */
export function readRuns(redis: Redis, shards: number, waitingOn: FindWait = async () => null) {
  const keyOf = (id: string): string => shardKeys(shardOf(id)).run(id)

  async function withWait<T extends { lane?: string }>(found: T | null): Promise<T | null> {
    // Only queued runs have a lane.
    const waiting = found?.lane === undefined ? null : await waitingOn(found.lane)
    return waiting ? { ...(found as T), waitingOn: waiting } : found
  }
  return {
    /** Resolves when any shard replies: when a part of a cluster is down, the other shards still serve their callers. */
    async reach(): Promise<void> {
      await Promise.any(Array.from({ length: shards }, (_, shard) => redis.exists(shardKeys(shard).expiring)))
    },

    async get(id: string): Promise<RunRecord | null> {
      return withWait(toRecord(await redis.hmget(keyOf(id), ...RECORD_FIELDS)))
    },

    /** The records of many runs, in one round trip; null where there is none that this version can read. */
    async getMany(ids: readonly string[]): Promise<(RunRecord | null)[]> {
      const all = await askByTag<RecordFields>(redis, ids.map(keyOf), (pipeline, key) =>
        pipeline.hmget(key, ...RECORD_FIELDS),
      )
      return Promise.all(all.map((fields) => withWait(toKnownRecord(fields))))
    },

    /** How many bytes the ended runs of a project have. */
    keptBytes: (project: string): Promise<number> => readKeptBytes(redis, shards, project),

    /**
     * The heads of many runs; null where there is no record, `unreadable` where a newer version has stored it. What a head
     * leaves out is not sent by Redis.
     */
    async getHeads(ids: readonly string[]): Promise<(RunHead | 'unreadable' | null)[]> {
      const found = new Map<string, RunHead | 'unreadable' | null>()
      const read = async (shard: number, some: readonly string[]) => {
        const replies = (await heads(redis, [shardKeys(shard).prefix], some)) as HeadFields[]
        for (const [at, id] of some.entries()) found.set(id, toHead(replies[at] ?? []))
      }
      const reads = [...Map.groupBy(ids, shardOf)].flatMap(([shard, own]) =>
        batchesOf(own, HEADS_BATCH).map((some) => read(shard, some)),
      )
      await Promise.all(reads)
      return Promise.all(
        ids.map((id) => {
          const head = found.get(id) ?? null
          return head === 'unreadable' ? head : withWait(head)
        }),
      )
    },

    /** How many runs have not ended, by state, and the age of the oldest in ms; null where only a search would tell. */
    async backlog(now: number): Promise<Record<BacklogState, { runs: number; oldestMs: number | null }>> {
      const perShard = await Promise.all(
        Array.from({ length: shards }, async (_, shard) => {
          const keys = shardKeys(shard)
          const [queued, enqueued, running, oldestEnqueued, oldestRunning] = await Promise.all([
            redis.zcard(keys.expiring),
            redis.zcard(keys.enqueued),
            redis.zcard(keys.running),
            redis.zrange(keys.enqueued, '0', '0', 'WITHSCORES'),
            redis.zrange(keys.running, '0', '0', 'WITHSCORES'),
          ])
          const held = Math.max(0, queued - enqueued)
          return { enqueued, held, running, since: [oldestEnqueued[1], oldestRunning[1]] }
        }),
      )
      const sum = (state: BacklogState) => perShard.reduce((all, each) => all + each[state], 0)
      const oldest = (which: 0 | 1) => {
        const since = perShard.flatMap((each) => (each.since[which] ? [Number(each.since[which])] : []))
        return since.length === 0 ? 0 : Math.max(0, now - Math.min(...since))
      }
      return {
        enqueued: { runs: sum('enqueued'), oldestMs: oldest(0) },
        held: { runs: sum('held'), oldestMs: null },
        running: { runs: sum('running'), oldestMs: oldest(1) },
      }
    },

    /** What of a project waits and runs, by model. */
    queueState: (project: string, models: readonly string[], now: number): Promise<QueueState> =>
      readQueueState(redis, shards, project, models, now),

    /**
     * Ids of a project's runs that workers have and that were made before this time (ms since the epoch), the oldest first: of
     * each shard in pages of so many. Of some that were made up to a minute later, too: the caller checks the records.
     */
    running(project: string, before: number, page: number): AsyncGenerator<readonly string[]>[] {
      const bottom = `(${lowestIdAt(before + ID_AHEAD_MS)}`
      return Array.from({ length: shards }, (_, shard) =>
        pagesOf((above) =>
          redis.zrange(shardKeys(shard).runsIn(project, 'running'), above, bottom, 'BYLEX', 'LIMIT', 0, page),
        ),
      )
    },

    /** Which of these runs are to be cancelled, according to their records. */
    async cancelled(ids: readonly string[]): Promise<string[]> {
      const found = await askByTag<string | null>(redis, ids.map(keyOf), (pipeline, key) =>
        pipeline.hget(key, 'cancel'),
      )
      return ids.filter((_, at) => found[at])
    },

    /** Which of these runs have no record. */
    async unknown(ids: readonly string[]): Promise<string[]> {
      const found = await keysExist(redis, ids.map(keyOf))
      return ids.filter((_, at) => !found[at])
    },

    /**
     * Ids of a project's runs, newest first, below `cursor`, at most `limit`. Read from the smallest index that contains
     * all runs that fit the filter; the caller still has to check the records against the filter.
     */
    async ids(project: string, filter: RunFilter, cursor: string | null, limit: number): Promise<string[]> {
      const upper = [cursor, filter.to === undefined ? null : lowestIdAt(filter.to)].filter(
        (id) => id !== null,
      )
      const top = upper.length > 0 ? `(${upper.sort()[0]}` : '+'
      const bottom = filter.from === undefined ? '-' : `[${lowestIdAt(filter.from)}`
      const narrow = filter.status !== undefined && filter.status !== 'succeeded' ? filter.status : null
      const perShard = await Promise.all(
        Array.from({ length: shards }, (_, shard) => {
          const keys = shardKeys(shard)
          const all =
            filter.task === undefined ? keys.projectRuns(project) : keys.taskRuns(project, filter.task)
          const own = narrow ? keys.runsIn(project, narrow) : all
          const key = filter.shadow ? keys.shadowRuns(project, filter.task ?? '') : own
          return redis.zrange(key, top, bottom, 'BYLEX', 'REV', 'LIMIT', 0, limit)
        }),
      )
      return perShard.flat().sort().reverse().slice(0, limit)
    },
  }
}

/** Reads on from the last id of each page, until one is empty. */
async function* pagesOf(
  read: (above: string) => Promise<readonly string[]>,
): AsyncGenerator<readonly string[]> {
  let above = '-'
  for (;;) {
    const ids = await read(above)
    if (ids.length === 0) return
    yield ids
    above = `(${ids.at(-1)}`
  }
}

function batchesOf<T>(all: readonly T[], most: number): T[][] {
  return Array.from({ length: Math.ceil(all.length / most) }, (_, at) =>
    all.slice(at * most, (at + 1) * most),
  )
}
