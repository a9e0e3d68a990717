import { sharedNow } from '../../platform/clock.ts'
import { lowestIdAt } from '../../platform/ids.ts'
import type { Redis } from '../../platform/redis/redis.ts'
import { primariesOf } from '../../platform/redis/redis-cluster.ts'
import { trimKeptBytes } from './kept-bytes.ts'
import { INDEX_PATTERN, isKeptBytesKey, readIndexKey, shardKeys } from './run-keys.ts'
import { writingScript } from './run-script.ts'

const trim = writingScript('trim-index')
const forgetAbsent = writingScript('forget-absent')

/** Most entries of an index, or workers, that one script looks at. */
const PIECE = 1000
/** How many keys Redis looks at in one SCAN, and how many of these are made in a call. */
const SCAN_COUNT = 1000
const MOST_SCANS = 50
/** A walk over all keys takes this share of the retention: so much longer may what has expired stay in an index. */
const WALK_SHARE = 0.01

/** The part of the run store that removes what records that have expired leave behind, for the janitor. */
export function trimIndexes(redis: Redis, retentionMs: number) {
  /** Removes the entries of an index whose runs are gone. Returns how many. */
  async function trimIndex(prefix: string, index: string, signal: AbortSignal): Promise<number> {
    // A record expires at its retention after the end of its run, so a younger run has one.
    const upper = `(${lowestIdAt(sharedNow() - retentionMs)}`
    let removed = 0
    for (let lower = '-'; !signal.aborted; ) {
      const [gone, last] = (await trim(redis, [prefix, index], [lower, upper, PIECE])) as [number, string]
      removed += gone
      if (!last) break
      lower = `(${last}`
    }
    return removed
  }

  /** How many scans keep a walk over the keys of a node in time that was last continued at `since`, ms since the epoch. */
  async function scansDue(node: Redis, since: number): Promise<number> {
    const share = (sharedNow() - since) / Math.max(1, retentionMs * WALK_SHARE)
    const due = Math.ceil(((await node.dbsize()) / SCAN_COUNT) * share)
    return Math.min(MOST_SCANS, Math.max(1, due))
  }

  return {
    /**
     * Goes on with the walk over all keys of Redis, and removes from the indexes on its way the runs that have no record
     * any more. The walk is continued by whichever process calls next, as far as is due since the last call, and begins
     * anew at its end. Returns how many entries were removed.
     */
    async trimIndexes(signal: AbortSignal): Promise<number> {
      const { indexCursors } = shardKeys(0)
      let removed = 0
      for (const { name, node } of primariesOf(redis)) {
        const [from = '0', since = 0] = (await redis.hget(indexCursors, name))?.split(' ') ?? []
        const due = await scansDue(node, Number(since))
        let cursor = from
        for (let scans = 0; scans < due && !signal.aborted; scans += 1) {
          const [next, found] = await node.scan(cursor, 'MATCH', INDEX_PATTERN, 'COUNT', SCAN_COUNT)
          for (const key of found) {
            const index = readIndexKey(key)
            if (index) removed += await trimIndex(index.prefix, key, signal)
            else if (isKeptBytesKey(key)) await trimKeptBytes(redis, key)
          }
          cursor = next
          if (cursor === '0') break
        }
        await redis.hset(indexCursors, name, `${cursor} ${sharedNow()}`)
      }
      return removed
    },

    /** Removes from a shard what belongs to workers that are gone. Each call looks at some of them. */
    async forgetAbsent(shard: number): Promise<void> {
      await forgetAbsent(redis, [shardKeys(shard).prefix], [PIECE])
    },
  }
}
