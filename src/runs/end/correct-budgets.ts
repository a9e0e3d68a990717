import { DAY_MS } from '../../platform/date-span.ts'
import type { Logger } from '../../platform/logger.ts'
import { isAbout, periodBounds } from '../../policies/budget.ts'
import type { BudgetStore } from '../../policies/budget-store.ts'
import type { RollupStore } from '../../totals/rollup-store.ts'

export interface CorrectBudgetsDeps {
  readonly budgets: BudgetStore
  readonly rollups: RollupStore
  readonly log: Logger
}

/** Totals that are read for one budget. Of a project with more, what was counted run by run stays. */
const MOST_TOTALS = 100_000

/**
 * Sets what is spent of each budget to what the totals say, which are exact. What is spent is read before the totals are: a
 * run that ends meanwhile may count twice until the next time, and never less than once.
 */
export async function correctBudgets(
  { budgets, rollups, log }: CorrectBudgetsDeps,
  now: number,
  signal: AbortSignal,
): Promise<void> {
  for (const project of await budgets.projects()) {
    for (const state of await budgets.statesOf(project, await budgets.read(project))) {
      if (signal.aborted) return
      const { policy } = state
      const { first } = periodBounds(policy, now)
      const range = { first, last: Math.floor(now / DAY_MS) * DAY_MS }
      const fits = ({ task }: { task: string }) => isAbout(policy, task)
      const days = await rollups.days(project, range, fits, MOST_TOTALS)
      if (days === null) {
        log.warn({ project, budget: policy.name }, 'a budget has too many totals to be compared with them')
        continue
      }
      const exact = days.reduce((sum, { totals }) => sum + (totals.get('credits') ?? 0), 0)
      if (exact !== state.spent) await budgets.correct(project, policy, now, exact - state.spent)
    }
  }
}
