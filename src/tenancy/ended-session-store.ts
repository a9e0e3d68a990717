import { LRUCache } from 'lru-cache'
import { atMost } from '../platform/at-most.ts'
import { cached } from '../platform/cached.ts'
import type { Redis } from '../platform/redis/redis.ts'

/** Half of the second within which every process sees a sign-out, so that a slow read still is in time. */
const CACHE_MS = 500

const keyOf = (id: string): string => `console-session-ended:${id}`

export type EndedSessionStore = ReturnType<typeof createEndedSessionStore>

/** The only owner of what is kept of sessions of the console: those that were signed out before they expired. */
export function createEndedSessionStore(redis: Redis) {
  const ended = new LRUCache<string, { ended: boolean }>({
    ...atMost(10_000),
    ttl: CACHE_MS,
    // A read that a sign-out overtakes is not kept, but still answers the request that waits for it.
    ignoreFetchAbort: true,
    fetchMethod: async (id) => ({ ended: (await redis.exists(keyOf(id))) === 1 }),
  })

  return {
    /** Whether a session was signed out, as of at most a second ago. */
    async has(id: string): Promise<boolean> {
      return (await cached(ended, id))?.ended ?? false
    },

    /** @param seconds until the session would have expired by itself: until then it is remembered */
    async add(id: string, seconds: number): Promise<void> {
      await redis.set(keyOf(id), '1', 'EX', Math.max(1, Math.ceil(seconds)))
      ended.delete(id)
    },
  }
}
