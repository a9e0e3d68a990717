import { sharedNow } from '../../platform/clock.ts'
import type { Redis } from '../../platform/redis/redis.ts'
import { shardKeys } from './run-keys.ts'

/** How often the counts are read, and the own one is written, in ms. */
const EVERY_MS = 5000
/** How much longer a count is remembered than its keys: its process may accept runs after it was last seen. */
const SLACK_MS = 60_000

export interface ShardCounts {
  /**
   * The other numbers of shards with which idempotency keys may have been stored that are still kept. A number that
   * another process begins to use is known here a few seconds later.
   */
  others(): readonly number[]
  close(): void
}

/**
 * Tells the other processes with how many shards this one places idempotency keys, and follows theirs, beginning before
 * it resolves. Each number is remembered for as long as keys that were placed by it.
 * @param keepMs how long an idempotency key is kept
 * @throws when Redis cannot be asked now; later failures leave the numbers as they are, until the next reading
 */
export async function followShardCounts(redis: Redis, shards: number, keepMs: number): Promise<ShardCounts> {
  const { shardCounts } = shardKeys(0)
  // Keys that were stored with a longer time than is set now are kept until then.
  let until = Number(await redis.hget(shardCounts, String(shards)))

  async function exchange(): Promise<number[]> {
    const now = sharedNow()
    until = Math.max(until, Math.ceil(now + keepMs + SLACK_MS))
    // Written before it is read: of two processes that start together, at least one learns of the other at once.
    await redis.hset(shardCounts, String(shards), until)
    const all = Object.entries(await redis.hgetall(shardCounts))
    const over = all.filter(([, end]) => Number(end) <= now).map(([count]) => count)
    if (over.length > 0) await redis.hdel(shardCounts, ...over)
    await redis.pexpireat(shardCounts, Math.max(...all.map(([, end]) => Number(end))))
    return all
      .filter(([, end]) => Number(end) > now)
      .map(([count]) => Number(count))
      .filter((count) => count !== shards)
  }

  let others = await exchange()
  const timer = setInterval(async () => {
    // While Redis is away, its connections say so.
    others = await exchange().catch(() => others)
  }, EVERY_MS).unref()
  return { others: () => others, close: () => clearInterval(timer) }
}
