import type { Logger } from '../../platform/logger.ts'
import type { Redis } from '../../platform/redis/redis.ts'
import { followStream, type StreamFollower } from '../../platform/redis/stream-follower.ts'
import { shardKeys } from '../store/run-keys.ts'
import type { RunsInHand } from './executions.ts'

/**
 * Hears which runs of a shard are to be cancelled, and breaks off those that this process executes. A run that is
 * claimed later learns of it by its claim.
 */
export function followCancels(redis: Redis, shard: number, inHand: RunsInHand, log: Logger): StreamFollower {
  return followStream({
    redis,
    stream: shardKeys(shard).signals(),
    from: '$',
    onEntry([name, id]) {
      if (name === 'cancel' && id) inHand.cancel(id)
    },
    onTrouble: (error) => log.warn({ err: error, shard }, 'reading signals failed'),
  })
}
