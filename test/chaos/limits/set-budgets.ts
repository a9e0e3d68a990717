import type { Core } from '../../../src/compose/compose-core.ts'
import { type BudgetPolicy, budgetPolicy } from '../../../src/policies/budget.ts'
import { limitPolicy } from '../../../src/policies/policy.ts'

/** A task whose budget is spent before all of its runs are. */
export const FRUGAL = {
  name: 'frugal',
  llm_config: { temperature: 0.2, max_tokens: 300 },
}

export interface Budgeted {
  readonly project: string
  /** Id of the callers' key. */
  readonly key: string
  readonly tasks: readonly { readonly id: string; readonly frugal: boolean }[]
}

export type SetBudgets = (core: Core, budgeted: Budgeted) => Promise<void>

/** More than all runs together cost. */
const PLENTY = 10_000

/** The budgets of chaos: hard ones of the project and its key, which hold, and one that is spent. */
export function budgetsOf({ key, tasks }: Omit<Budgeted, 'project'>, frugalCredits: number): BudgetPolicy[] {
  const frugal = tasks.find((task) => task.frugal)?.id ?? null
  const day = { per: 'day', mode: 'hard', thresholds: [0.5, 1] }
  return [
    { name: 'all', credits: PLENTY, ...day },
    { name: 'months', credits: PLENTY, per: 'month', mode: 'soft' },
    { name: 'key', applies_to: 'key', target_id: key, credits: PLENTY, ...day },
    { name: 'frugal', applies_to: 'task', target_id: frugal, credits: frugalCredits, ...day },
  ].map((each) => budgetPolicy.parse(each))
}

/** Sets them, and limits wide enough for all runs, which count every one of them. */
export const setBudgets =
  (frugalCredits: number): SetBudgets =>
  async (core, budgeted) => {
    await core.budgets.replace(budgeted.project, budgetsOf(budgeted, frugalCredits))
    const wide = { requests_per_minute: 100_000, tokens_per_minute: 100_000_000, concurrent_runs: 50_000 }
    const policies = [
      { name: 'all', ...wide },
      { name: 'key', applies_to: 'key', target_id: budgeted.key, concurrent_runs: 50_000 },
    ]
    await core.policies.replace(
      budgeted.project,
      policies.map((each) => limitPolicy.parse(each)),
    )
  }
