import { LRUCache } from 'lru-cache'
import { atMost } from '../platform/at-most.ts'
import { sharedNow } from '../platform/clock.ts'
import type { Redis } from '../platform/redis/redis.ts'
import {
  type BudgetPolicy,
  type BudgetState,
  isAbout,
  millionths,
  periodOf,
  type Spender,
  secondsUntilAnew,
} from './budget.ts'
import { adjustHold, endHold, holdAmount, type Period } from './budget-holds.ts'
import { policyKeys, policyScript } from './policy-keys.ts'
import { createPolicyList } from './policy-list.ts'

const correct = policyScript('correct', 'budgets')

/** Set: ids of the projects that have budgets. */
const PROJECTS = 'projects-with-budgets'
const MOST_CACHED = 10_000
/** How old an answer may be of what runs wait for, in ms: a list of runs asks once. */
const BUSY_FRESH_MS = 100
/** A run that ends just after midnight may still count on the day before. */
const KEPT_PAST_MS = 2 * 86_400_000
/** A run may be settled a little after its deadline, in ms. */
const GRACE_MS = 60_000

export type Held =
  | { readonly held: 'held' }
  | { readonly held: 'busy'; readonly budget: string }
  /** The budget that has no room, and seconds until it begins anew. */
  | { readonly held: 'exceeded'; readonly budget: string; readonly retryAfter: number }
export type BudgetStore = ReturnType<typeof createBudgetStore>

/** The only owner of the budgets of projects, of what is spent of them and held. */
export function createBudgetStore(redis: Redis) {
  const lists = createPolicyList<BudgetPolicy>(redis, {
    keyOf: (project) => policyKeys(project).budgets,
    projects: PROJECTS,
  })
  const busy = new LRUCache<string, { found: string | null }>({
    ...atMost(MOST_CACHED),
    ttl: BUSY_FRESH_MS,
    fetchMethod: async (project) => ({ found: await redis.hget(policyKeys(project).budgetSums, 'busy') }),
  })

  /** Of runs whose hold is being set right: it ends after that. */
  const adjusting = new Map<string, Promise<void>>()

  async function about(project: string, spender: Spender): Promise<readonly BudgetPolicy[]> {
    const budgets = await lists.known(project)
    return budgets.length === 0 ? budgets : budgets.filter((budget) => isAbout(budget, spender))
  }

  async function statesOf(project: string, budgets: readonly BudgetPolicy[]): Promise<BudgetState[]> {
    if (budgets.length === 0) return []
    const now = sharedNow()
    const fields = budgets.flatMap((each) => {
      const period = `${each.name}|${periodOf(each, now)}`
      return [period, `${each.name}|held`, `${period}|lost`]
    })
    const sums = await redis.hmget(policyKeys(project).budgetSums, ...fields)
    const sum = (at: number) => Number(sums[at] ?? 0)
    return budgets.map((policy, at) => ({
      policy,
      spent: sum(3 * at),
      held: sum(3 * at + 1),
      lost: sum(3 * at + 2),
    }))
  }

  return {
    /** What is spent of a budget that keeps its name stays where they are replaced. */
    ...lists,
    /** The budgets that a run counts under; nearly always none. */
    about,
    statesOf,

    /**
     * Holds what a call of a run may cost, in millionths. `busy`: there is room once others have ended that spend less than
     * they hold. `exceeded`: there is none.
     */
    async hold(
      run: Spender & { id: string; project: string; deadline: number },
      amount: number,
    ): Promise<Held> {
      const ofProject = await lists.known(run.project)
      const budgets = ofProject.filter((budget) => isAbout(budget, run))
      if (budgets.length === 0) return { held: 'held' }
      const others = ofProject.filter((budget) => !budgets.includes(budget))
      const now = sharedNow()
      const lastsMs = Math.max(0, run.deadline - now) + GRACE_MS
      const bounds = budgets.map((each) => ({
        ...{ name: each.name, period: periodOf(each, now) },
        ...{ most: millionths(each), isHard: each.mode === 'hard' },
      }))
      const { prefix } = policyKeys(run.project)
      const hold = { run: run.id, amount, lastsMs }
      const [held, name] = await holdAmount(redis, prefix, hold, bounds, periodsOf(others))
      const full = held === 'exceeded' && budgets.find((each) => each.name === name)
      if (full) return { held: 'exceeded', budget: name, retryAfter: secondsUntilAnew(full, now) }
      return held === 'held' ? { held } : { held: 'busy', budget: name ?? '' }
    },

    /** The budget that runs of a project last found no room in, because others hold it; null when that is over. */
    async waitingOn(project: string): Promise<{ readonly name: string; readonly until: number } | null> {
      const [name, until] = (await busy.fetch(project))?.found?.split(' ') ?? []
      return name && Number(until) > sharedNow() ? { name, until: Number(until) } : null
    },

    /** Whether a run holds a part of budgets, for a call that may have been paid. */
    isHolding: async (project: string, run: string): Promise<boolean> =>
      (await redis.hexists(policyKeys(project).budgetHeld, run)) === 1,

    /** Some of the runs that hold a part of budgets, those that end first at the latest. */
    holding: (project: string, most: number): Promise<string[]> =>
      redis.zrange(policyKeys(project).budgetHolds, '0', String(most - 1)),

    /**
     * Ends what a run holds that has ended, where its cost is counted otherwise.
     * @param cost in millionths; null when it is not known any more
     */
    async release(project: string, run: string, cost: number | null): Promise<void> {
      const periods = periodsOf(await lists.read(project))
      await endHold(redis, policyKeys(project).prefix, { run, cost, isCounted: false }, periods)
    },

    /** Sets right what a run holds. */
    async adjust(project: string, run: string, by: number): Promise<void> {
      const before = adjusting.get(run)
      const adjusted = adjustHold(redis, policyKeys(project).prefix, run, by)
      const all = before ? Promise.allSettled([before, adjusted]).then(() => {}) : adjusted
      adjusting.set(run, all)
      try {
        await adjusted
      } finally {
        if (adjusting.get(run) === all) adjusting.delete(run)
      }
    },

    /** Counts what a run has cost, once, and ends what it holds. Returns the budgets, with what is spent of them now. */
    async spend(
      run: Spender & { id: string; project: string },
      cost: number,
    ): Promise<Pick<BudgetState, 'policy' | 'spent'>[]> {
      const { id, project } = run
      await adjusting.get(id)?.catch(() => {})
      const budgets = await about(project, run)
      const { prefix } = policyKeys(project)
      const spent = await endHold(redis, prefix, { run: id, cost, isCounted: true }, periodsOf(budgets))
      return budgets.map((policy, at) => ({ policy, spent: spent[at] ?? 0 }))
    },

    /** Deletes what is kept of periods that were over two days ago. */
    async forgetPast(project: string, now: number): Promise<void> {
      const { budgetSums } = policyKeys(project)
      const kept = (['day', 'month'] as const).map((per) => periodOf({ per }, now - KEPT_PAST_MS))
      const isPast = (period = '') => kept.some((each) => each.length === period.length && period < each)
      const past = (await redis.hkeys(budgetSums)).filter((field) => isPast(field.split('|')[1]))
      if (past.length > 0) await redis.hdel(budgetSums, ...past)
    },

    /**
     * Sets right what is spent in a period.
     * @param read what was read of it; null: whatever it is
     * @param by how much that is too little, in millionths
     * @returns false, and changes nothing, where it is not any more what was read
     */
    async correct(
      project: string,
      budget: BudgetPolicy,
      now: number,
      { read, by }: { readonly read: number | null; readonly by: number },
    ): Promise<boolean> {
      const field = `${budget.name}|${periodOf(budget, now)}`
      const { prefix } = policyKeys(project)
      return (await correct(redis, [prefix], [field, read ?? 'any', by])) === 1
    },
  }
}

const periodsOf = (budgets: readonly BudgetPolicy[]): Period[] =>
  budgets.map((each) => ({ name: each.name, period: periodOf(each, sharedNow()) }))
