import { type BudgetState, millionths, projectedOf } from '../policies/budget.ts'
import type { BudgetStore } from '../policies/budget-store.ts'
import { type Family, LabelledSums } from './family.ts'

type Budgets = readonly { readonly project: string; readonly state: BudgetState }[]

/** The budgets of all projects. */
export async function readBudgets(budgets: BudgetStore): Promise<Budgets> {
  const projects = await budgets.projects()
  const all = await Promise.all(
    projects.map(async (project) => {
      const states = await budgets.statesOf(project, await budgets.read(project))
      return states.map((state) => ({ project, state }))
    }),
  )
  return all.flat()
}

/** What is spent and held of budgets, in credits. None where there are no budgets. */
export function budgetFamilies(budgets: Budgets, now: number): Family[] {
  if (budgets.length === 0) return []
  const most = new LabelledSums('splitrun_budget_credits', 'What may be spent in a period.', 'gauge')
  const spent = new LabelledSums('splitrun_budget_spent_credits', 'What is spent in this period.', 'gauge')
  const held = new LabelledSums(
    'splitrun_budget_held_credits',
    'What calls under way may still cost, of hard budgets.',
    'gauge',
  )
  const lost = new LabelledSums(
    'splitrun_budget_lost_credits',
    'What calls may have cost whose answers are lost, of hard budgets in this period.',
    'gauge',
  )
  const projected = new LabelledSums(
    'splitrun_budget_projected_credits',
    'What would be spent at the end of the period, if it went on as since it began.',
    'gauge',
  )
  for (const { project, state } of budgets) {
    const { name: budget, per, mode } = state.policy
    const labels = { project, budget, per, mode }
    most.add(labels, millionths(state.policy))
    spent.add(labels, state.spent)
    held.add(labels, state.held)
    lost.add(labels, state.lost)
    projected.add(labels, Math.round(projectedOf(state, now)))
  }
  return [most, spent, held, lost, projected].map((each) => each.family(1e-6))
}
