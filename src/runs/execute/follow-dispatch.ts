import type { Logger } from '../../platform/logger.ts'
import { type ChannelListener, listenTo } from '../../platform/redis/channel-listener.ts'
import type { Redis } from '../../platform/redis/redis.ts'
import type { Capacity, Claim } from '../store/claim.ts'
import { readDispatch } from '../store/messages.ts'
import { shardKeys } from '../store/run-keys.ts'

export interface DispatchFollower extends ChannelListener {
  /** What the worker may say of itself when it has room for so many runs; null when it is not to be given any. */
  capacity(room: number, full: readonly string[]): Capacity | null
}

/** Hears which runs of a shard are dispatched to a worker: they are its own, as if it had claimed them. */
export function followDispatch(options: {
  /** Of its own. */
  readonly redis: Redis
  readonly shard: number
  readonly worker: string
  readonly lockMs: number
  readonly log: Logger
  onDispatched(claims: readonly Claim[]): void
}): DispatchFollower {
  const { redis, shard, worker, lockMs, log } = options
  let listening = false
  let heard = 0
  const listener = listenTo({
    redis,
    channel: shardKeys(shard).dispatch(worker),
    onMessage(text) {
      const { dispatched, claims } = readDispatch(text)
      heard = dispatched
      options.onDispatched(claims)
    },
    onListening() {
      listening = true
    },
    onTrouble: (error) => log.warn({ err: error, shard }, 'listening for runs failed'),
  })
  return {
    capacity: (room, full) => (listening ? { worker, heard, room, lockMs, full } : null),
    close() {
      listening = false
      return listener.close()
    },
  }
}
