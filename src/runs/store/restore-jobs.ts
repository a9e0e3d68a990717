import type { Redis } from '../../platform/redis/redis.ts'
import { bullmqKeys } from '../../queue/bullmq-keys.ts'
import { shardKeys } from './run-keys.ts'
import { movingScript } from './run-script.ts'

const restore = movingScript('restore')

/** How many ids are read at a time where there may be very many. */
const BATCH = 1000
/** How many jobs are looked for in one step: each may cost a walk through the queue. */
const SCRIPT_BATCH = 50

/** The half of the run store that mends what has come apart, for the janitor. */
export function restoreJobs(redis: Redis) {
  /** Ids of runs that should have a job since before a time. A run in a backlog is owed none: it is let in, or expires. */
  async function owed(shard: number, before: number): Promise<string[]> {
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

  /** Ids of all jobs that will be delivered or that a worker has. Those that move meanwhile may be missing. */
  async function delivered(shard: number): Promise<Set<string>> {
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

  /** Gives a job to each of these runs that has not ended and has none. Returns how many got one. */
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
     * Gives a job to each run of a shard that should have had one since before the given time (ms since the epoch), and
     * has none. Returns how many got one.
     */
    async restoreJobs(shard: number, before: number): Promise<number> {
      const ids = await owed(shard, before)
      if (ids.length === 0) return 0
      const known = await delivered(shard)
      // Only the script says for good: a job may have moved while its list was read.
      const missing = ids.filter((id) => !known.has(id))
      return restoreThese(shard, missing)
    },

    /** Takes what is no run any more out of a shard's indexes. */
    async forgetRuns(shard: number, ids: readonly string[]): Promise<void> {
      await restoreThese(shard, ids)
    },

    /** Ids of a shard's queued runs whose time is over, the first of them first. */
    expired(shard: number, now: number, most: number): Promise<string[]> {
      return redis.zrange(shardKeys(shard).expiring, '-inf', String(now), 'BYSCORE', 'LIMIT', 0, most)
    },
  }
}
