import { type ChannelListener, listenTo } from '../../platform/redis/channel-listener.ts'
import type { Logger } from '../../platform/logger.ts'
import type { Redis } from '../../platform/redis/redis.ts'
import type { Claim, Offer } from '../store/run-changes.ts'
import { shardKeys } from '../store/run-keys.ts'
import { BETWEEN } from '../store/run-record.ts'
import { textToRequest } from '../store/run-text.ts'

export interface HandFollower extends ChannelListener {
  /** What the worker may say of itself when it has room for so many runs; null when it is not to be handed any. */
  offer(room: number): Offer | null
}

/** Hears which runs of a shard a worker is handed: they are its own, as if it had taken them. */
export function followHand(options: {
  /** Of its own. */
  readonly redis: Redis
  readonly shard: number
  readonly worker: string
  readonly lockMs: number
  readonly log: Logger
  onHanded(claims: readonly Claim[]): void
}): HandFollower {
  const { redis, shard, worker, lockMs, log } = options
  let listening = false
  let heard = 0
  const listener = listenTo({
    redis,
    channel: shardKeys(shard).hand(worker),
    onMessage(text) {
      const [claimed, handed, ...runs] = text.split(BETWEEN)
      heard = Number(handed)
      options.onHanded(toClaims(Number(claimed), runs))
    },
    onListening() {
      listening = true
    },
    onTrouble: (error) => log.warn({ err: error, shard }, 'listening for runs failed'),
  })
  return {
    offer: (room) => (listening ? { worker, heard, room, lockMs } : null),
    close() {
      listening = false
      return listener.close()
    },
  }
}

/** Of requests and revisions, as `create.lua` tells them. */
function toClaims(claimed: number, runs: readonly string[]): Claim[] {
  const claims: Claim[] = []
  for (let at = 0; at < runs.length; at += 2) {
    claims.push({
      request: textToRequest(runs[at] ?? ''),
      fence: 1,
      revision: runs[at + 1] || null,
      attempts: [],
      claimed,
      spent: false,
      cancelled: false,
    })
  }
  return claims
}
