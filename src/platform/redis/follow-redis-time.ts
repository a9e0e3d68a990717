import { correctSharedTime, sharedNow } from '../clock.ts'
import type { Logger } from '../logger.ts'
import type { Redis } from './redis.ts'
import { shardTag } from './shard-tag.ts'

/** How often the clock is read, in ms. Good clocks drift apart by far less than a millisecond in this time. */
const EVERY_MS = 5000
/** The first readings, one after the other: the quickest of them says it most exactly. */
const FIRST_READINGS = 3
/** A smaller difference is not worth a line in the log, in ms. */
const NOTABLE_MS = 500

/**
 * Makes this process follow Redis' clock, beginning before it resolves. In a cluster that is the clock of the node with
 * the first shard, so that all processes follow the same one. No other command pays for it.
 * @throws when Redis cannot be asked now; later failures leave the time as it is, until the next reading
 */
export async function followRedisTime(redis: Redis, log: Logger): Promise<{ close(): void }> {
  // A script has a key, which leads it to the right node. TIME alone may be answered by any.
  const read = async (): Promise<number> => {
    const sent = performance.now()
    const reply = await redis.eval("return redis.call('TIME')", 1, `${shardTag(0)}:time`)
    const [seconds, microseconds] = (reply as [string, string]).map(Number)
    return correctSharedTime((seconds ?? 0) * 1000 + (microseconds ?? 0) / 1000, sent, performance.now())
  }
  for (let reading = 0; reading < FIRST_READINGS; reading += 1) await read()
  const difference = sharedNow() - Date.now()
  if (Math.abs(difference) > NOTABLE_MS) {
    log.warn({ difference_ms: difference }, "this machine's clock differs from Redis' clock, which is used")
  }
  const timer = setInterval(async () => {
    // While Redis is away, its connections say so.
    const moved = await read().catch(() => 0)
    if (Math.abs(moved) > NOTABLE_MS) log.warn({ moved_ms: moved }, "Redis' clock was set; it is followed")
  }, EVERY_MS).unref()
  return { close: () => clearInterval(timer) }
}
