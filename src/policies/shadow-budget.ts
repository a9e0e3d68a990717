import { sharedNow } from '../platform/clock.ts'
import { isoDay } from '../platform/date-span.ts'
import type { Redis } from '../platform/redis/redis.ts'
import { secondsUntilAnew } from './budget.ts'
import { adjustHold, endHold, holdAmount } from './budget-holds.ts'
import type { BudgetStore } from './budget-store.ts'
import { policyKeys } from './policy-keys.ts'

/** The name of the one budget that the shadow runs of a task have. */
const NAME = 'shadow'
/** A run may end a little after its deadline, in ms. */
const GRACE_MS = 60_000

/** Of one task. */
export interface ShadowBudget extends Pick<BudgetStore, 'hold' | 'adjust' | 'isHolding'> {
  /** Counts what a run has cost, and ends what it holds. */
  spend(run: string, cost: number): Promise<void>
  /** What is spent in the present UTC day, in millionths. */
  spent(): Promise<number>
}

/**
 * What the shadow runs of a task may cost in a UTC day. It is no budget of its project: that is for callers, and shadow
 * runs use none of it.
 * @param most in credits; null: anything, so that nothing is held
 */
export function shadowBudget(
  redis: Redis,
  { project, task }: { readonly project: string; readonly task: string },
  most: number | null,
): ShadowBudget {
  const keys = policyKeys(project, `${NAME}:${task}:`)
  const today = () => isoDay(sharedNow())

  /** With the first cost of a day, nothing is kept of the days before: no run counts on them any more. */
  async function forgetPast(day: string): Promise<void> {
    const fields = await redis.hkeys(keys.budgetSums)
    const past = fields.filter((field) => /\|\d/.test(field) && (field.split('|')[1] ?? day) < day)
    if (past.length > 0) await redis.hdel(keys.budgetSums, ...past)
  }

  return {
    async hold(run, amount) {
      if (most === null) return { held: 'held' }
      const lastsMs = Math.max(0, run.deadline - sharedNow()) + GRACE_MS
      const bound = { name: NAME, period: today(), most: Math.round(most * 1e6), isHard: true }
      const [held] = await holdAmount(redis, keys.prefix, { run: run.id, amount, lastsMs }, [bound])
      if (held === 'held') return { held }
      if (held === 'busy') return { held, budget: NAME }
      return { held, budget: NAME, retryAfter: secondsUntilAnew({ per: 'day' }, sharedNow()) }
    },
    adjust: (_, run, by) => adjustHold(redis, keys.prefix, run, by),
    isHolding: async (_, run) => (await redis.hexists(keys.budgetHeld, run)) === 1,
    async spend(run, cost) {
      const day = today()
      const [spent] = await endHold(redis, keys.prefix, { run, cost, isCounted: true }, [
        { name: NAME, period: day },
      ])
      // The cost is counted by then, and must not be counted again; the next day forgets the same.
      if (spent === Math.round(cost)) await forgetPast(day).catch(() => {})
    },
    spent: async () => Number((await redis.hget(keys.budgetSums, `${NAME}|${today()}`)) ?? 0),
  }
}
