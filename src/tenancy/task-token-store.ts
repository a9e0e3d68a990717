import { LRUCache } from 'lru-cache'
import { atMost } from '../platform/at-most.ts'
import { cached, expiringAfter } from '../platform/cached.ts'
import { sharedIsoTime } from '../platform/clock.ts'
import { newId } from '../platform/ids.ts'
import type { Redis } from '../platform/redis/redis.ts'

/** Half of the second within which every process sees a rotation, so that a slow read still is in time. */
const CACHE_MS = 500

const keyOf = (project: string): string => `{p:${project}}:task-tokens`

/** When a task got the access token that it has. */
export interface Rotation {
  readonly id: string
  /** ISO time. */
  readonly rotated: string
}

export type TaskTokenStore = ReturnType<typeof createTaskTokenStore>

/**
 * The only owner of the rotations of task access tokens. A token that was never rotated has no entry; an entry outlives
 * its task, so that a task which is deleted and imported again does not bring an old token back to life.
 */
export function createTaskTokenStore(redis: Redis) {
  async function read(project: string, task: string): Promise<Rotation | null> {
    const text = await redis.hget(keyOf(project), task)
    return text === null ? null : (JSON.parse(text) as Rotation)
  }

  const rotations = new LRUCache<string, { rotation: Rotation | null }>({
    ...atMost(10_000),
    ...expiringAfter(CACHE_MS),
    // A read that a rotation overtakes is not kept, but still answers whoever waits for it.
    ignoreFetchAbort: true,
    fetchMethod: async (key) => ({ rotation: await read(key.slice(0, 36), key.slice(37)) }),
  })

  return {
    /** The last rotation as of now; null when there was none. */
    read,

    /** The last rotation as of at most a second ago: for the path of a run. */
    async recent(project: string, task: string): Promise<Rotation | null> {
      return (await cached(rotations, `${project}/${task}`))?.rotation ?? null
    },

    async rotate(project: string, task: string): Promise<Rotation> {
      const rotation = { id: newId(), rotated: sharedIsoTime() }
      await redis.hset(keyOf(project), task, JSON.stringify(rotation))
      rotations.delete(`${project}/${task}`)
      return rotation
    },
  }
}
