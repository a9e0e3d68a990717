import { sharedNow } from '../../platform/clock.ts'
import type { Redis } from '../../platform/redis/redis.ts'
import { shardKeys } from './run-keys.ts'

/** The bytes of a project are counted in about so many parts, each of which expires as a whole. */
const PARTS = 64

/** The part that a run belongs to which ends now: the time until which all of it is kept, in ms. */
export function keptUntil(now: number, retentionMs: number): number {
  const width = Math.max(1000, Math.ceil(retentionMs / PARTS))
  return Math.ceil((now + retentionMs) / width) * width
}

/**
 * How many bytes the ended runs of a project have that are kept: request, result and attempts. Exact, except that a run
 * is counted for up to 1/64 of its retention longer than it is kept.
 */
export async function readKeptBytes(redis: Redis, shards: number, project: string): Promise<number> {
  const now = sharedNow()
  const perShard = await Promise.all(
    Array.from({ length: shards }, (_, shard) => redis.hgetall(shardKeys(shard).keptBytes(project))),
  )
  return perShard
    .flatMap((parts) => Object.entries(parts))
    .reduce((sum, [until, bytes]) => (Number(until) > now ? sum + Number(bytes) : sum), 0)
}

/** Removes the parts that have expired. */
export async function trimKeptBytes(redis: Redis, key: string): Promise<void> {
  const now = sharedNow()
  const over = (await redis.hkeys(key)).filter((until) => Number(until) <= now)
  if (over.length > 0) await redis.hdel(key, ...over)
}
