import type { Logger } from '../../platform/logger.ts'
import { millionths } from '../../policies/budget.ts'
import type { BudgetStore } from '../../policies/budget-store.ts'
import type { RunRequest, RunResult } from '../run.ts'

/** Counts what runs have cost under their budgets, and tells the log when a threshold of one is passed. */
export function createEndBudgets(budgets: BudgetStore, log: Logger) {
  async function spend(request: RunRequest, cost: number): Promise<void> {
    for (const { policy, spent } of await budgets.spend(request, cost)) {
      const most = millionths(policy)
      for (const share of policy.thresholds) {
        const at = share * most
        if (spent < at || spent - cost >= at) continue
        const { name, mode, per } = policy
        const detail = { project: request.project, budget: name, mode, per, threshold: share }
        log.warn({ ...detail, spent: spent / 1e6 }, 'a threshold of a budget is passed')
      }
    }
  }

  return (request: RunRequest, { credits }: Pick<RunResult, 'credits'>): void => {
    if (request.budget === null) return
    spend(request, credits).catch((err: unknown) => {
      log.warn(
        { err, run_id: request.id },
        'what a run cost is counted at the next comparison with the totals',
      )
    })
  }
}
