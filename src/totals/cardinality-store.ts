import { LRUCache } from 'lru-cache'
import type { Redis } from '../platform/redis/redis.ts'
import { loadScript } from '../platform/redis/script.ts'

const admitName = loadScript(new URL('./scripts/admit-name.lua', import.meta.url))

/** The name for all names beyond the limit. */
export const OTHER = 'other'

const groupsOf = (project: string): string => `{p:${project}}:reporting-groups`
const REVISIONS = '{metrics}:revisions'

export type CardinalityStore = ReturnType<typeof createCardinalityStore>

/**
 * The only owner of the names that totals are kept under: a project's reporting groups, which callers choose freely, and
 * the revisions in the metrics. Each set has a limit, and the first names get the places. A process remembers the names
 * that it counts as `other`, and keeps them there when a place becomes free, so that totals do not jump between names.
 */
export function createCardinalityStore(redis: Redis, options: { groupsMax: number; revisionsMax: number }) {
  const counted = new LRUCache<string, string, { key: string; name: string; most: number }>({
    max: 20_000,
    async fetchMethod(_cached, _stale, { context: { key, name, most } }) {
      return (await admitName(redis, [key], [name, most, OTHER])) === 1 ? name : OTHER
    },
  })
  async function countedAs(key: string, name: string, most: number): Promise<string> {
    const known = counted.get(`${key}/${name}`)
    return known ?? (await counted.fetch(`${key}/${name}`, { context: { key, name, most } })) ?? OTHER
  }

  return {
    /** The name that a project's runs of this group are counted under. */
    group: (project: string, name: string): Promise<string> =>
      countedAs(groupsOf(project), name, options.groupsMax),

    /** The names that a project's groups are counted under, sorted. */
    async groups(project: string): Promise<string[]> {
      return (await redis.smembers(groupsOf(project))).sort()
    },

    /** True when this `project/task/revision` has series of its own in the metrics. */
    async hasSeries(revision: string): Promise<boolean> {
      return (await countedAs(REVISIONS, revision, options.revisionsMax)) !== OTHER
    },

    /** Frees the places of deleted revisions, for revisions that come later. */
    async forgetSeries(revisions: readonly string[]): Promise<void> {
      if (revisions.length > 0) await redis.srem(REVISIONS, ...revisions)
    },
  }
}
