import { LRUCache } from 'lru-cache'
import { atMost } from '../platform/at-most.ts'
import type { Redis } from '../platform/redis/redis.ts'
import { loadScript } from '../platform/redis/script.ts'
import { joinName } from './rollup.ts'

const admitName = loadScript(new URL('./scripts/admit-name.lua', import.meta.url))
const admitSeries = loadScript(new URL('./scripts/admit-series.lua', import.meta.url))

/** The name for all names beyond the limit. */
export const OTHER = 'other'

const groupsOf = (project: string): string => `{p:${project}}:reporting-groups`
const REVISIONS = '{metrics}:revisions'
const revisionsOf = (project: string): string => `${REVISIONS}:${project}`

export interface CardinalityOptions {
  /** Most reporting groups of a project. */
  readonly groupsMax: number
  /** Most revisions of all projects with series of their own, as long as none lacks its share. */
  readonly revisionsMax: number
  /** How many revisions of each project have them, whatever other projects have; never more than the most of all. */
  readonly projectRevisions: number
}

export type CardinalityStore = ReturnType<typeof createCardinalityStore>

/**
 * The only owner of the names that totals are kept under: a project's reporting groups, which callers choose freely, and
 * the revisions in the metrics. Each set has a limit, and the first names get the places, but each project has a share of
 * the series that other projects cannot use up. A process remembers the names that it counts as `other`, and keeps them
 * there when a place becomes free, so that totals do not jump between names.
 */
export function createCardinalityStore(redis: Redis, options: CardinalityOptions) {
  const share = Math.min(options.projectRevisions, options.revisionsMax)
  const counted = new LRUCache<string, string, () => Promise<string>>({
    ...atMost(20_000),
    fetchMethod: (_key, _stale, { context: ask }) => ask(),
  })
  /** The name itself, or what it is counted as, as `admit` says. */
  const admitted = async (key: string, name: string, admit: () => Promise<unknown>): Promise<string> =>
    (await counted.fetch(key, { context: async () => ((await admit()) === 1 ? name : OTHER) })) ?? OTHER

  return {
    /** The name that a project's runs of this group are counted under. */
    group: (project: string, name: string): string | Promise<string> => {
      const groups = groupsOf(project)
      const key = `${groups}/${name}`
      return (
        counted.get(key) ??
        admitted(key, name, () => admitName(redis, [groups], [name, options.groupsMax, OTHER]))
      )
    },

    /** The names that a project's groups are counted under, sorted. */
    async groups(project: string): Promise<string[]> {
      return (await redis.smembers(groupsOf(project))).sort()
    },

    /** The name of this revision's own series in the metrics; else `OTHER`. */
    series(project: string, task: string, revision: string | null): string | Promise<string> {
      // As `joinName` makes it of ids; of anything else it would only be asked for once more.
      const cached = counted.get(`${REVISIONS}/${project}/${task}/${revision ?? '-'}`)
      if (cached !== undefined) return cached
      const name = joinName([project, task, revision])
      return admitted(`${REVISIONS}/${name}`, name, () =>
        admitSeries(redis, [REVISIONS, revisionsOf(project)], [name, options.revisionsMax, share]),
      )
    },

    /** Frees the places of a project's deleted revisions, named as `joinName` does, for revisions that come later. */
    async forgetSeries(project: string, revisions: readonly string[]): Promise<void> {
      if (revisions.length === 0) return
      for (const name of revisions) counted.delete(`${REVISIONS}/${name}`)
      await redis
        .multi()
        .srem(REVISIONS, ...revisions)
        .srem(revisionsOf(project), ...revisions)
        .exec()
    },
  }
}
