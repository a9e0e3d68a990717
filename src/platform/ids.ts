import { randomFillSync } from 'node:crypto'
import { v7 } from 'uuid'
import { sharedNow } from './clock.ts'

/**
 * Random bytes are fetched for many ids at once: each fetch is a call into the kernel, and one for each id took 10 % of
 * an API process's CPU (November 2026, docs/decisions/tricks.md).
 */
const pool = new Uint8Array(4096)
let used = pool.length
let lastMs = 0
let seq = 0

/** By so much less, the time is not a little behind: it was wrong before, and has been set right. */
const SET_BACK_MS = 60_000

/**
 * Ids are UUIDs of version 7 (RFC 9562): they sort by the time they were made, which is what lists and cursors are built
 * on. A new one is larger than all that this process made before: what it makes within a millisecond is counted. Only when
 * the time was wrong by more than a minute and is set right do they begin anew.
 */
export function newId(): string {
  const now = sharedNow()
  if (now > lastMs || lastMs - now > SET_BACK_MS) {
    lastMs = now
    // 31 of its 32 bits, so that there is room to count.
    seq = Math.floor(Math.random() * 2 ** 31)
  } else if (seq === 0xffffffff) {
    lastMs += 1
    seq = 0
  } else seq += 1
  return v7({ random: nextRandom(), msecs: lastMs, seq })
}

/** 16 bytes that no other id gets. */
function nextRandom(): Uint8Array {
  if (used === pool.length) {
    randomFillSync(pool)
    used = 0
  }
  used += 16
  return pool.subarray(used - 16, used)
}

/** A new run id: its last byte is the run's shard (0-255). 66 random bits are left, more than enough per millisecond. */
export function newRunId(shard: number): string {
  return newId().slice(0, -2) + shard.toString(16).padStart(2, '0')
}

/** The shard that a run id names. Any UUID has one, so a made-up id leads to an empty answer, never an error. */
export function shardOf(runId: string): number {
  return Number.parseInt(runId.slice(-2), 16)
}

/** The lowest id that could have been made at the given time (ms since the epoch): a bound for id ranges. */
export function lowestIdAt(ms: number): string {
  const hex = Math.max(0, Math.floor(ms)).toString(16).padStart(12, '0')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-0000-0000-000000000000`
}

/** When an id of ours was made, ms since the epoch: version 7 begins with it. */
export const timeOfId = (id: string): number => Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16)
