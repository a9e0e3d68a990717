import { LRUCache } from 'lru-cache'
import type { Redis } from '../platform/redis/redis.ts'
import { loadScript } from '../platform/redis/script.ts'

const admitName = loadScript(new URL('./scripts/admit-name.lua', import.meta.url))

/** Stands for all names beyond the most that are counted apart. */
export const OTHER = 'other'

const groupsOf = (project: string): string => `{p:${project}}:reporting-groups`
const REVISIONS = '{metrics}:revisions'

export type CardinalityStore = ReturnType<typeof createCardinalityStore>

/**
 * The only owner of the names that numbers are kept under: a project's reporting groups, which callers make up, and
 * the revisions in the metrics. Each set is bounded, first come first served. Whoever is counted with the others stays
 * there, so that no total ever jumps because a run moved from one name to another.
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

    /** Every group of a project that was counted so far, in the order of their characters. */
    async groups(project: string): Promise<string[]> {
      return (await redis.smembers(groupsOf(project))).sort()
    },

    /** True when this `project/task/revision` has series of its own in the metrics. */
    async hasSeries(revision: string): Promise<boolean> {
      return (await countedAs(REVISIONS, revision, options.revisionsMax)) !== OTHER
    },

    /** Gives the places of revisions that are gone to others, which nobody has counted yet. */
    async forgetSeries(revisions: readonly string[]): Promise<void> {
      if (revisions.length > 0) await redis.srem(REVISIONS, ...revisions)
    },
  }
}
