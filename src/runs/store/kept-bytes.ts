import { sharedNow } from '../../platform/clock.ts'
import { shardOf } from '../../platform/ids.ts'
import type { Redis } from '../../platform/redis/redis.ts'
import { shardKeys } from './run-keys.ts'
import { writingScript } from './run-script.ts'

const add = writingScript('add-file-bytes')

type Keys = ReturnType<typeof shardKeys>

/** The bytes of a project are counted in about so many parts, each of which expires as a whole. */
const PARTS = 64
const DAY_MS = 86_400_000
/** Longest timeout of a run. */
const LONGEST_RUN_MS = 31 * DAY_MS

/** The part that a run belongs to which ends now: the time until which all of it is kept, in ms. */
export function keptUntil(now: number, retentionMs: number): number {
  const width = Math.max(1000, Math.ceil(retentionMs / PARTS))
  return Math.ceil((now + retentionMs) / width) * width
}

/**
 * How many bytes the ended runs of a project have that are kept: request, result and attempts. Exact, except that a run
 * is counted for up to 1/64 of its retention longer than it is kept.
 */
export const readKeptBytes = (redis: Redis, shards: number, project: string): Promise<number> =>
  sumOver(redis, shards, ({ keptBytes }) => keptBytes(project))

async function sumOver(redis: Redis, shards: number, keyIn: (keys: Keys) => string): Promise<number> {
  const now = sharedNow()
  const perShard = await Promise.all(
    Array.from({ length: shards }, (_, shard) => redis.hgetall(keyIn(shardKeys(shard)))),
  )
  return perShard
    .flatMap((parts) => Object.entries(parts))
    .reduce((sum, [until, bytes]) => (Number(until) > now ? sum + Number(bytes) : sum), 0)
}

/**
 * `file_bytes` of a run that is created. Its files count until the latest time at which it can be removed, by the day:
 * who ends it counts them until its real one. So nothing counts for ever, whatever becomes of the run.
 */
export const fileBytesToText = (deadline: number, bytes: number, retentionMs: number): string =>
  bytes === 0 ? '' : `${latestUntil(deadline, retentionMs)}:${bytes}`

const latestUntil = (deadline: number, retentionMs: number): number =>
  Math.ceil((deadline + retentionMs) / DAY_MS) * DAY_MS

/** The part of the run store that counts the files of runs. Those that callers send are counted by `create`. */
export function countFileBytes(redis: Redis, shards: number, retentionMs: number) {
  return {
    /**
     * How many bytes of files the runs of a project have, those under way and those that are kept. Exact, except that a
     * run which has ended is counted for up to 1/64 of its retention longer; a file that is made anew, each time; and a file
     * not at all whose worker was killed, or had no Redis, in the moment after it was stored.
     */
    fileBytes: (project: string): Promise<number> =>
      sumOver(redis, shards, (keys) => keys.fileBytes(project)),

    /** Counts a file that was stored for a run. */
    async addFileBytes(run: string, bytes: number): Promise<void> {
      const now = sharedNow()
      const until = [latestUntil(now + LONGEST_RUN_MS, retentionMs), keptUntil(now, retentionMs)]
      await add(redis, [shardKeys(shardOf(run)).prefix], [run, bytes, ...until])
    },
  }
}

/** Removes the parts that have expired. */
export async function trimKeptBytes(redis: Redis, key: string): Promise<void> {
  const now = sharedNow()
  const over = (await redis.hkeys(key)).filter((until) => Number(until) <= now)
  if (over.length > 0) await redis.hdel(key, ...over)
}
