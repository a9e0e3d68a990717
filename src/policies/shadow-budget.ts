import { sharedNow } from '../platform/clock.ts'
import { isoDay } from '../platform/date-span.ts'
import type { Redis } from '../platform/redis/redis.ts'
import { secondsUntilAnew } from './budget.ts'
import type { BudgetStore } from './budget-store.ts'
import { policyKeys, policyScript } from './policy-keys.ts'

const hold = policyScript('hold', 'budgets')
const adjust = policyScript('adjust', 'budgets')
const spend = policyScript('spend', 'budgets')

/** The name of the one budget that the shadow runs of a task have. */
const NAME = 'shadow'
/** A run may end a little after its deadline, in ms. */
const GRACE_MS = 60_000

/** Of one task. */
export interface ShadowBudget extends Pick<BudgetStore, 'hold' | 'adjust'> {
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
  return {
    async hold(run, amount) {
      if (most === null) return { held: 'held' }
      const lasts = Math.max(0, run.deadline - sharedNow()) + GRACE_MS
      const args = [run.id, Math.ceil(amount), lasts, NAME, today(), Math.round(most * 1e6), '1']
      const [held] = (await hold(redis, [keys.prefix], args)) as ['held' | 'busy' | 'exceeded']
      if (held === 'held') return { held }
      if (held === 'busy') return { held, budget: NAME }
      return { held, budget: NAME, retryAfter: secondsUntilAnew({ per: 'day' }, sharedNow()) }
    },
    async adjust(_, run, by) {
      if (by !== 0) await adjust(redis, [keys.prefix], [run, Math.round(by)])
    },
    async spend(run, cost) {
      await spend(redis, [keys.prefix], [run, Math.round(cost), '1', NAME, today()])
    },
    spent: async () => Number((await redis.hget(keys.budgetSums, `${NAME}|${today()}`)) ?? 0),
  }
}
