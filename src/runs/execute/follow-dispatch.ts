import type { Logger } from '../../platform/logger.ts'
import { type ChannelListener, listenTo } from '../../platform/redis/channel-listener.ts'
import type { Redis } from '../../platform/redis/redis.ts'
import type { Capacity, Claim } from '../store/claim.ts'
import { readDispatch } from '../store/messages.ts'
import { shardKeys } from '../store/run-keys.ts'

export interface DispatchFollower extends ChannelListener {
  /**
   * What the worker announces when it has room for so many runs, except for those of the models `full`; null while no run
   * may be dispatched to it.
   */
  capacity(room: number, full: readonly string[]): Capacity | null
}

/** Receives the runs of a shard that are dispatched to a worker: they are claimed for it already. */
export function followDispatch(options: {
  /** Used for nothing else. */
  readonly redis: Redis
  readonly shard: number
  readonly worker: string
  readonly lockMs: number
  readonly log: Logger
  onDispatched(claims: readonly Claim[]): void
}): DispatchFollower {
  const { redis, shard, worker, lockMs, log } = options
  let listening = false
  let received = 0
  const listener = listenTo({
    redis,
    channels: [shardKeys(shard).dispatch(worker)],
    onMessage(text) {
      const { dispatched, claims } = readDispatch(text)
      received = dispatched
      options.onDispatched(claims)
    },
    onListening() {
      listening = true
    },
    onTrouble: (error) => log.warn({ err: error, shard }, 'listening for runs failed'),
  })
  return {
    capacity: (room, full) => (listening ? { worker, received, room, lockMs, full } : null),
    close() {
      listening = false
      return listener.close()
    },
  }
}
