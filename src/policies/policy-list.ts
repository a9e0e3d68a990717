import { hash } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import { atMost } from '../platform/at-most.ts'
import { cached, expiringAfter } from '../platform/cached.ts'
import type { Redis } from '../platform/redis/redis.ts'
import { swap } from '../platform/redis/swap.ts'

/** Within this time every process knows of a change. */
const CACHE_MS = 1000
const MOST_CACHED = 10_000

export type PolicyList<P> = ReturnType<typeof createPolicyList<P>>

export interface PolicyListOptions {
  /** The key of a project's list. */
  keyOf(project: string): string
  /** The key of the set of all projects that have one. */
  readonly projects: string
}

/** All policies of one kind that a project has: one text, which is replaced as a whole. */
export interface ListedPolicies<P> {
  readonly policies: readonly P[]
  /** A strong ETag of them. */
  readonly state: string
}

/** The policies of one kind of all projects. */
export function createPolicyList<P>(redis: Redis, { keyOf, projects }: PolicyListOptions) {
  const recent = new LRUCache<string, { policies: readonly P[] }>({
    ...atMost(MOST_CACHED),
    ...expiringAfter(CACHE_MS),
    ignoreFetchAbort: true,
    fetchMethod: async (project) => listed<P>(await textOf(project)),
  })
  const textOf = async (project: string): Promise<string> => (await redis.get(keyOf(project))) ?? ''

  return {
    listOf: async (project: string): Promise<ListedPolicies<P>> => listed<P>(await textOf(project)),
    read: async (project: string): Promise<readonly P[]> => listed<P>(await textOf(project)).policies,
    /** As they were within the last second. */
    known: async (project: string): Promise<readonly P[]> => (await cached(recent, project))?.policies ?? [],
    /** True when it is known at once that a project has none: then there is nothing to wait for. */
    hasNone: (project: string): boolean => recent.get(project)?.policies.length === 0,
    projects: (): Promise<string[]> => redis.smembers(projects),

    /**
     * Puts these in place of all that the project had, in one step.
     * @param isExpected whether those may be replaced that have this state
     * @returns false, and changes nothing, where they may not
     */
    async replace(
      project: string,
      policies: readonly P[],
      isExpected: (state: string) => boolean = () => true,
    ): Promise<boolean> {
      const key = keyOf(project)
      const next = policies.length === 0 ? '' : JSON.stringify(policies)
      // Before it has some: whoever goes through all projects misses none.
      if (next !== '') await redis.sadd(projects, project)
      for (;;) {
        const before = await textOf(project)
        if (!isExpected(listed(before).state)) return false
        if (await swap(redis, key, before, next)) break
      }
      recent.delete(project)
      if (next === '') await redis.srem(projects, project)
      // Another caller may have set some in between.
      if (next === '' && (await redis.exists(key)) === 1) await redis.sadd(projects, project)
      return true
    },
  }
}

const listed = <P>(text: string): ListedPolicies<P> => ({
  policies: text === '' ? [] : (JSON.parse(text) as P[]),
  state: `"${hash('sha256', text, 'base64url').slice(0, 16)}"`,
})
