import type { Redis } from '../../platform/redis/redis.ts'
import { loadScript } from '../../platform/redis/script.ts'

/** Sorted set: `project/task` of tasks that may have an open rollout, by the time when they were added, in ms. */
const KEY = 'rollouts'

/** When all rollouts were looked at last, in ms. There only once there have been rollouts. */
const EVALUATED_KEY = 'rollouts-evaluated'

const forget = loadScript(new URL('./scripts/forget.lua', import.meta.url))

/** An entry is added before its rollout begins; by now it has begun, or never will. */
const BEGUN_AFTER_MS = 60_000

export interface RolloutOwner {
  readonly project: string
  readonly task: string
}

export interface RolloutEntry extends RolloutOwner {
  /** When it was added, as Redis writes it. */
  readonly added: string
}

export type RolloutIndex = ReturnType<typeof createRolloutIndex>

/**
 * Where the rollouts are that are to be looked at. What counts is the record of the task: an entry is added before its
 * rollout begins, and taken out by whoever finds later that there is none.
 */
export function createRolloutIndex(redis: Redis) {
  const nameOf = ({ project, task }: RolloutOwner): string => `${project}/${task}`
  return {
    async add(owner: RolloutOwner, now: number): Promise<void> {
      await redis.zadd(KEY, now, nameOf(owner))
    },
    /** Takes an entry out that has had the time to begin, unless it was added anew meanwhile. */
    async forget(entry: RolloutEntry, now: number): Promise<void> {
      if (Number(entry.added) > now - BEGUN_AFTER_MS) return
      await forget(redis, [KEY], [nameOf(entry), entry.added])
    },
    /** Says that all were looked at. */
    async evaluated(now: number): Promise<void> {
      await redis.set(EVALUATED_KEY, now)
    },
    /** How many there are to look at, and for how long no process has looked at them all, in ms; 0 without any. */
    async waiting(now: number): Promise<{ readonly count: number; readonly ageMs: number }> {
      const [count, oldest, last] = await Promise.all([
        redis.zcard(KEY),
        redis.zrange(KEY, '0', '0', 'WITHSCORES'),
        redis.get(EVALUATED_KEY),
      ])
      const since = Math.max(Number(oldest[1] ?? now), Number(last ?? 0))
      return { count, ageMs: count === 0 ? 0 : Math.max(0, now - since) }
    },
    async all(): Promise<RolloutEntry[]> {
      const names = await redis.zrange(KEY, '0', '-1', 'WITHSCORES')
      const entries: RolloutEntry[] = []
      for (let at = 0; at < names.length; at += 2) {
        const [name = '', added = ''] = names.slice(at, at + 2)
        entries.push({ project: name.slice(0, 36), task: name.slice(37), added: String(added) })
      }
      return entries
    },
  }
}
