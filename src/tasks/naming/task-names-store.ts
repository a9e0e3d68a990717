import { LRUCache } from 'lru-cache'
import { atMost } from '../../platform/at-most.ts'
import { cached } from '../../platform/cached.ts'
import type { Redis } from '../../platform/redis/redis.ts'
import { taskKeys } from '../task-layout.ts'

/** A name or alias that moves to another task is followed by every process within this time. */
const CACHE_MS = 1000
/** How many tasks are read at a time. */
const BATCH = 500

export type TaskNamesStore = ReturnType<typeof createTaskNamesStore>

/** A task as catalogues list it. */
export interface NamedTask {
  readonly id: string
  readonly name: string
  readonly enabled: boolean
  readonly created: string
}

/** What tasks are called by, read for callers that know no ids. Written by `task-store.ts`. */
export function createTaskNamesStore(redis: Redis) {
  /** By project, a character that says what is meant, and what it is. */
  const ids = new LRUCache<string, { id: string | null }>({
    ...atMost(10_000),
    ttl: CACHE_MS,
    ignoreFetchAbort: true,
    async fetchMethod(key) {
      const keys = taskKeys(key.slice(0, 36))
      const [kind, text] = [key[36], key.slice(37)]
      if (kind === '#') {
        const at = Number(text.slice(37)) - 1
        const [id] = await redis.zrange(keys.revisions(text.slice(0, 36)), `${at}`, `${at}`)
        return { id: id ?? null }
      }
      const [alias, name] = await Promise.all([
        text.startsWith('pmpt_') ? redis.hget(keys.aliases, text) : null,
        redis.hget(keys.names, text),
      ])
      return { id: alias ?? name }
    },
  })

  return {
    /** The id of the task with this alias, or else with this name; cached for a second. */
    async idOf(project: string, text: string): Promise<string | null> {
      return (await cached(ids, `${project}=${text}`))?.id ?? null
    },

    /** The id of a task's n-th revision, from 1, the oldest first; cached for a second. */
    async revisionNumber(project: string, task: string, number: number): Promise<string | null> {
      return (await cached(ids, `${project}#${task} ${number}`))?.id ?? null
    },

    /** The newest tasks of a project, so many at most, newest first. */
    async newest(project: string, most: number): Promise<NamedTask[]> {
      const keys = taskKeys(project)
      const all = await redis.zrange(keys.tasks, '+', '-', 'BYLEX', 'REV', 'LIMIT', 0, most)
      const found: NamedTask[] = []
      for (let at = 0; at < all.length; at += BATCH) {
        const some = all.slice(at, at + BATCH)
        const texts = await Promise.all(some.map((id) => redis.hget(keys.task(id), 'task')))
        for (const text of texts) {
          if (text === null) continue
          const { id, name, enabled, created } = JSON.parse(text) as NamedTask
          found.push({ id, name, enabled, created })
        }
      }
      return found
    },
  }
}
