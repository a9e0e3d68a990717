import type { Logger } from '../../platform/logger.ts'
import { type ChannelListener, listenTo } from '../../platform/redis/channel-listener.ts'
import type { Redis } from '../../platform/redis/redis.ts'
import { shardKeys } from '../store/run-keys.ts'
import type { RunStore } from '../store/run-store.ts'
import type { Executions } from './executions.ts'

/** How often the records of the runs that are executed here are checked for cancels whose message was lost, in ms. */
const CHECK_EVERY_MS = 15_000

/**
 * Aborts the executions of this process whose run is to be cancelled. The run's record says so, and a message on a
 * channel brings it at once. Messages are lost while the connection is down, so the records are read whenever listening
 * begins, and from time to time.
 */
export function followCancels(options: {
  /** Used for nothing else. */
  readonly redis: Redis
  readonly shard: number
  readonly runs: RunStore
  readonly executions: Executions
  readonly log: Logger
  /** What else is heard on the connection, by its channel. */
  readonly also: Readonly<Record<string, (message: string) => void>>
}): ChannelListener {
  const { redis, shard, runs, executions, log, also } = options
  const onTrouble = (error: unknown): void => log.warn({ err: error, shard }, 'listening for cancels failed')

  async function checkRecords(): Promise<void> {
    const ids = executions.idsIn(shard)
    if (ids.length === 0) return
    for (const id of await runs.cancelled(ids)) executions.cancel(id)
  }
  // While Redis is away nothing is done: the next check finds the same cancels.
  const checkNow = (): void => void checkRecords().catch(() => {})
  const checking = setInterval(checkNow, CHECK_EVERY_MS).unref()
  const listener = listenTo({
    redis,
    channels: [shardKeys(shard).cancels, ...Object.keys(also)],
    onMessage(text, channel) {
      const other = also[channel]
      if (other) other(text)
      else executions.cancel(text)
    },
    onListening: checkNow,
    onTrouble,
  })
  return {
    close() {
      clearInterval(checking)
      return listener.close()
    },
  }
}
