import { LRUCache } from 'lru-cache'
import { atMost } from '../platform/at-most.ts'
import { cached } from '../platform/cached.ts'
import type { Redis } from '../platform/redis/redis.ts'
import { loadScript } from '../platform/redis/script.ts'

const endSession = loadScript(new URL('./scripts/end-session.lua', import.meta.url))

/** Half of the second within which every process sees a sign-out, so that a slow read still is in time. */
const CACHE_MS = 500
/** More sessions of one credential are never signed out within their time, but by a program. */
const MOST_KEPT = 1000

const keyOf = (credential: string): string => `console-sessions-ended:${credential}`

/** A session by its id, and the id of the credential that it was opened with. Ids sort by when sessions were opened. */
export interface SessionName {
  readonly id: string
  readonly credential: string
}

export type EndedSessionStore = ReturnType<typeof createEndedSessionStore>

/**
 * The only owner of what is kept of sessions of the console: those that were signed out before they expired.
 * @param most how many of one credential are kept apart. When there are more, its older sessions end, signed out or not.
 */
export function createEndedSessionStore(redis: Redis, most = MOST_KEPT) {
  const ended = new LRUCache<string, { ended: boolean }>({
    ...atMost(10_000),
    ttl: CACHE_MS,
    // A read that a sign-out overtakes is not kept, but still answers the request that waits for it.
    ignoreFetchAbort: true,
    async fetchMethod(name) {
      const [credential = '', id = ''] = name.split('/')
      const [own, to] = await redis.hmget(keyOf(credential), id, 'to')
      return { ended: typeof own === 'string' || id <= (to ?? '') }
    },
  })

  return {
    /** Whether a session was signed out, as of at most a second ago. */
    async has({ id, credential }: SessionName): Promise<boolean> {
      return (await cached(ended, `${credential}/${id}`))?.ended ?? false
    },

    /** @param seconds until the session would have expired by itself: until then it is remembered */
    async add({ id, credential }: SessionName, seconds: number): Promise<void> {
      await endSession(redis, [keyOf(credential)], [id, Math.max(1, Math.ceil(seconds)), most])
      ended.delete(`${credential}/${id}`)
    },
  }
}
