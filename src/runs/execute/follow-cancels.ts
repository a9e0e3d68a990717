import type { Logger } from '../../platform/logger.ts'
import { type ChannelListener, listenTo } from '../../platform/redis/channel-listener.ts'
import type { Redis } from '../../platform/redis/redis.ts'
import { shardKeys } from '../store/run-keys.ts'
import type { RunStore } from '../store/run-store.ts'
import type { Executions } from './executions.ts'

/** How often the records of what is executed here are looked at, for cancels whose news was missed, in ms. */
const LOOK_EVERY_MS = 15_000

/**
 * Breaks off those executions of this process whose run is to be cancelled. That it is stands in the run's record; a
 * channel brings the news at once. What was said while nobody listened is found in the records: whenever listening
 * begins, and from time to time.
 */
export function followCancels(options: {
  /** Of its own. */
  readonly redis: Redis
  readonly shard: number
  readonly runs: RunStore
  readonly executions: Executions
  readonly log: Logger
}): ChannelListener {
  const { redis, shard, runs, executions, log } = options
  const onTrouble = (error: unknown): void => log.warn({ err: error, shard }, 'listening for cancels failed')

  async function look(): Promise<void> {
    const ids = executions.idsIn(shard)
    if (ids.length === 0) return
    for (const id of await runs.cancelled(ids)) executions.cancel(id)
  }
  // A Redis that is away is waited for; the next look finds the same.
  const lookNow = (): void => void look().catch(() => {})
  const looking = setInterval(lookNow, LOOK_EVERY_MS).unref()
  const listener = listenTo({
    redis,
    channel: shardKeys(shard).cancels,
    onMessage: (id) => executions.cancel(id),
    onListening: lookNow,
    onTrouble,
  })
  return {
    close() {
      clearInterval(looking)
      return listener.close()
    },
  }
}
