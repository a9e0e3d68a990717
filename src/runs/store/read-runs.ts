import { askByTag } from '../../platform/redis/ask-by-tag.ts'
import { lowestIdAt, shardOf } from '../../platform/ids.ts'
import { keysExist } from '../../platform/redis/keys-exist.ts'
import type { Redis } from '../../platform/redis/redis.ts'
import type { RunRecord, RunStatus } from '../run.ts'
import { shardKeys } from './run-keys.ts'
import { RECORD_FIELDS, type RecordFields, toRecord } from './run-record.ts'

export interface RunFilter {
  readonly task?: string | undefined
  readonly status?: RunStatus | undefined
  readonly revision?: string | undefined
  /** Bounds on the time of creation, ms since the epoch: from (inclusive), to (exclusive). */
  readonly from?: number | undefined
  readonly to?: number | undefined
}

/**
 * `enqueued`: its job is with the queue. `held`: queued behind others of its project, or put off because its model asked
 * to be spared. `running`: a worker has it, since its latest claim.
 */
export type BacklogState = 'enqueued' | 'held' | 'running'

/** How many ids are read at a time where there may be very many. */
const BATCH = 500

/** The reading half of the run store. */
export function readRuns(redis: Redis, shards: number) {
  const keyOf = (id: string): string => shardKeys(shardOf(id)).run(id)
  return {
    /** Resolves when any shard answers: a part of a cluster that is down must not take the others' callers along. */
    async reach(): Promise<void> {
      await Promise.any(Array.from({ length: shards }, (_, shard) => redis.exists(shardKeys(shard).lanes())))
    },

    async get(id: string): Promise<RunRecord | null> {
      return toRecord(await redis.hmget(keyOf(id), ...RECORD_FIELDS))
    },

    /** The records of many runs, in one round trip; null where one is not known. */
    async getMany(ids: readonly string[]): Promise<(RunRecord | null)[]> {
      const all = await askByTag<RecordFields>(redis, ids.map(keyOf), (pipeline, key) =>
        pipeline.hmget(key, ...RECORD_FIELDS),
      )
      return all.map(toRecord)
    },

    /** What has not ended: how many runs, and how old the oldest is where that is known without a search, in ms. */
    async backlog(now: number): Promise<Record<BacklogState, { runs: number; oldestMs: number | null }>> {
      const perShard = await Promise.all(
        Array.from({ length: shards }, async (_, shard) => {
          const keys = shardKeys(shard)
          const [queued, enqueued, running, oldestEnqueued, oldestRunning] = await Promise.all([
            redis.hget(keys.lanes(), '*'),
            redis.zcard(keys.enqueued()),
            redis.zcard(keys.running()),
            redis.zrange(keys.enqueued(), '0', '0', 'WITHSCORES'),
            redis.zrange(keys.running(), '0', '0', 'WITHSCORES'),
          ])
          const held = Math.max(0, Number(queued ?? 0) - enqueued)
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

    /** Which of these runs are not known (any more). */
    async unknown(ids: readonly string[]): Promise<string[]> {
      const found = await keysExist(redis, ids.map(keyOf))
      return ids.filter((_, at) => !found[at])
    },

    /**
     * Ids of a shard's runs that should have a job since before the given time, in batches: queued runs that were let
     * into the queue, and running ones. What changes meanwhile may be left out, or have ended when it is looked at.
     */
    async *owedJobs(shard: number, before: number): AsyncGenerator<string[]> {
      const keys = shardKeys(shard)
      for (const key of [keys.enqueued(), keys.running()]) {
        const count = await redis.zcount(key, '-inf', String(before))
        for (let at = 0; at < count; at += BATCH) {
          yield await redis.zrange(key, at, String(Math.min(at + BATCH, count) - 1))
        }
      }
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
        Array.from({ length: shards }, (_, shard) => {
          const keys = shardKeys(shard)
          const key = narrow ? keys.runsIn(project, narrow) : keys.runsOf(filter.task ?? project)
          return redis.zrange(key, top, bottom, 'BYLEX', 'REV', 'LIMIT', 0, limit)
        }),
      )
      return perShard.flat().sort().reverse().slice(0, limit)
    },
  }
}
