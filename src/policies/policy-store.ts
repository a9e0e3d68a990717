import type { Redis } from '../platform/redis/redis.ts'
import { concerns, type LimitPolicy, type LimitState, type Started, UNITS } from './policy.ts'
import { policyKeys, policyScript } from './policy-keys.ts'
import { createPolicyList } from './policy-list.ts'

const admit = policyScript('admit')
const end = policyScript('end')

/** Set: ids of the projects that have limits. */
const PROJECTS = 'projects-with-limits'

type Row = [policy: string, unit: number, most: number, left: string, resetMs: number, refuses: number]

export interface Admission {
  readonly admitted: boolean
  /** When it may be tried again, in ms. */
  readonly waitMs: number
  readonly states: readonly LimitState[]
  /** Names of the policies that refuse the run. */
  readonly violated: readonly string[]
}

export type PolicyStore = ReturnType<typeof createPolicyStore>

/** The only owner of the limits of projects, and of what is used of them. */
export function createPolicyStore(redis: Redis) {
  const lists = createPolicyList<LimitPolicy>(redis, {
    keyOf: (project) => policyKeys(project).limits,
    projects: PROJECTS,
  })

  async function ask(
    project: string,
    policies: readonly LimitPolicy[],
    run: { id: string; lastsMs: number },
  ): Promise<Admission> {
    const args = policies.flatMap((policy) => [policy.name, ...UNITS.map((unit) => policy[unit] ?? '')])
    const script = [run.id, Math.ceil(run.lastsMs), ...args]
    const reply = await admit(redis, [policyKeys(project).prefix], script)
    const [admitted, waitMs, ...rows] = reply as [number, number, ...Row[]]
    return {
      admitted: admitted === 1,
      waitMs,
      states: rows.map(([policy, unit, most, left, resetMs]) => ({
        ...{
          policy,
          unit: UNITS[unit] ?? 'requests_per_minute',
          most: Number(most),
          left: Number(left),
          resetMs,
        },
      })),
      violated: [...new Set(rows.filter((row) => row[5] === 1).map(([policy]) => policy))],
    }
  }

  /** A level that a run makes anew meanwhile is that of a full bucket. */
  async function forgetGone(project: string): Promise<void> {
    const kept = new Set((await lists.read(project)).flatMap(levelsOf))
    const { limitLevels } = policyKeys(project)
    const levels = await redis.hkeys(limitLevels)
    const gone = levels.filter((level) => !kept.has(level))
    if (gone.length > 0) await redis.hdel(limitLevels, ...gone)
  }

  return {
    ...lists,

    /** As that of all lists; what was used of limits that are gone is forgotten. */
    async replace(...args: Parameters<typeof lists.replace>): Promise<boolean> {
      const isReplaced = await lists.replace(...args)
      if (isReplaced) await forgetGone(args[0])
      return isReplaced
    },

    /** Some of the runs that have a place under a policy, those that end first at the latest. */
    placed: (project: string, policy: string, most: number): Promise<string[]> =>
      redis.zrange(policyKeys(project).limitedRuns(policy), '0', String(most - 1)),

    /** How far limits of a project are used. */
    async states(project: string, policies: readonly LimitPolicy[]): Promise<readonly LimitState[]> {
      return policies.length === 0 ? [] : (await ask(project, policies, { id: '', lastsMs: 0 })).states
    },

    /** The policies that are about a run; nearly always none. */
    async concerning(started: Started): Promise<readonly LimitPolicy[]> {
      const policies = await lists.known(started.project)
      return policies.length === 0 ? policies : policies.filter((policy) => concerns(policy, started))
    },

    /** Counts a run under policies: under all of them, or, when one refuses it, under none. */
    admit: ask,

    /** Counts what a run used under policies, and gives back its places. To be called once. */
    async end(project: string, run: string, tokens: number, policies: readonly string[]): Promise<void> {
      await end(redis, [policyKeys(project).prefix], [run, tokens, 0, ...policies])
    },

    /** Undoes that a run was counted which is not accepted after all. To be called once. */
    async forget(project: string, run: string, policies: readonly string[]): Promise<void> {
      await end(redis, [policyKeys(project).prefix], [run, 0, 1, ...policies])
    },
  }
}

/** The fields of `limitLevels` that a policy has. */
const levelsOf = ({ name, requests_per_minute, tokens_per_minute }: LimitPolicy): string[] => [
  `${name}|at`,
  ...(requests_per_minute === undefined ? [] : [`${name}|requests`]),
  ...(tokens_per_minute === undefined ? [] : [`${name}|tokens`]),
]
