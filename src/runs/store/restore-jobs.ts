import type { Redis } from '../../platform/redis/redis.ts'
import { bullmqKeys } from '../../queue/bullmq-keys.ts'
import { shardKeys } from './run-keys.ts'
import { movingScript } from './run-script.ts'

const restore = movingScript('restore')

/** How many ids of an index are read at a time. */
const BATCH = 1000
/** How many runs one script checks: for each, Redis may search the whole queue. */
const SCRIPT_BATCH = 50

/** The part of the run store that repairs what was lost, for the janitor. */
export function restoreJobs(redis: Redis) {
  /**
   * Ids of runs that should have had a job before this time. A run in a backlog has none: it gets one later, or
   * expires.
   */
  async function runsWithJob(shard: number, before: number): Promise<string[]> {
    const { enqueued, deferred, running } = shardKeys(shard)
    const ids: string[] = []
    for (const index of [enqueued, deferred, running]) {
      const count = await redis.zcount(index, '-inf', String(before))
      for (let at = 0; at < count; at += BATCH) {
        ids.push(...(await redis.zrange(index, at, String(Math.min(at + BATCH, count) - 1))))
      }
    }
    return ids
  }

  /** Ids of all jobs that are queued or active. Jobs that move while they are read may be missing. */
  async function liveJobs(shard: number): Promise<Set<string>> {
    const { wait, active, prioritized, delayed } = bullmqKeys(shard)
    const ids = new Set<string>()
    for (const [key, command] of [
      [wait, 'lrange'],
      [prioritized, 'zrange'],
      [delayed, 'zrange'],
      [active, 'lrange'],
    ] as const) {
      for (let at = 0; ; at += BATCH) {
        const some =
          command === 'lrange'
            ? await redis.lrange(key, at, at + BATCH - 1)
            : await redis.zrange(key, at, String(at + BATCH - 1))
        for (const id of some) ids.add(id)
        if (some.length < BATCH) break
      }
    }
    return ids
  }

  /** Makes a job for each of these runs that has not ended and has none. Returns how many jobs were made. */
  async function restoreThese(shard: number, ids: readonly string[]): Promise<number> {
    let restored = 0
    for (let at = 0; at < ids.length; at += SCRIPT_BATCH) {
      const some = ids.slice(at, at + SCRIPT_BATCH)
      restored += Number(await restore(redis, [shardKeys(shard).prefix], some))
    }
    return restored
  }

  return {
    /**
     * Makes a job for each run of a shard that should have had one before the given time (ms since the epoch), and has
     * none. Returns how many jobs were made.
     */
    async restoreJobs(shard: number, before: number): Promise<number> {
      const ids = await runsWithJob(shard, before)
      if (ids.length === 0) return 0
      const known = await liveJobs(shard)
      // The script checks each of them again: a job may have moved while its list was read.
      const missing = ids.filter((id) => !known.has(id))
      return restoreThese(shard, missing)
    },

    /** Removes runs that have ended or have no record from a shard's indexes; one that lacks its job gets it. */
    async forgetRuns(shard: number, ids: readonly string[]): Promise<void> {
      await restoreThese(shard, ids)
    },

    /**
     * Ids of a shard's queued runs that expired before `now`, the earliest first, at most `most`, without the first
     * `skip`.
     */
    expired(shard: number, now: number, skip: number, most: number): Promise<string[]> {
      return redis.zrange(shardKeys(shard).expiring, '-inf', String(now), 'BYSCORE', 'LIMIT', skip, most)
    },

    /** How many of these runs still count as queued ones of the shard. */
    async stillQueued(shard: number, ids: readonly string[]): Promise<number> {
      const scores = await redis.zmscore(shardKeys(shard).expiring, [...ids])
      return scores.filter((score) => score !== null).length
    },
  }
}
