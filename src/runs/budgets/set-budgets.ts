import { sharedNow } from '../../platform/clock.ts'
import type { BudgetPolicy } from '../../policies/budget.ts'
import { type CorrectBudgetsDeps, correctSome } from './correct-budgets.ts'

/**
 * Puts budgets in place of all that a project had. From then on they know what was spent before, so that they refuse at once
 * what is beyond them. What goes on counting the same is left to the janitor: whatever both added would count twice.
 * @param isExpected whether those may be replaced that have this state
 * @returns false, and changes nothing that counts, where they may not
 */
export async function setBudgets(
  deps: CorrectBudgetsDeps,
  project: string,
  next: readonly BudgetPolicy[],
  isExpected: (state: string) => boolean,
): Promise<boolean> {
  const { policies: before, state } = await deps.budgets.listOf(project)
  if (!isExpected(state)) return false
  const learn = (budgets: readonly BudgetPolicy[]) =>
    correctSome(deps, project, budgets, sharedNow(), new AbortController().signal)
  const hasSum = (budget: BudgetPolicy) => before.some((each) => isAlike(each, budget, ['name', 'per']))
  // Nothing counts under them yet, so they are ready when they begin.
  await learn(next.filter((budget) => !hasSum(budget)))
  if (!(await deps.budgets.replace(project, next, isExpected))) return false
  const goesOn = (budget: BudgetPolicy) => before.some((each) => isAlike(each, budget, COUNTS))
  await learn(next.filter((budget) => hasSum(budget) && !goesOn(budget)))
  return true
}

/** What a budget counts, and under which name. */
const COUNTS = ['name', 'per', 'applies_to', 'target_id'] as const

const isAlike = (
  one: BudgetPolicy,
  other: BudgetPolicy,
  members: readonly (typeof COUNTS)[number][],
): boolean => members.every((member) => one[member] === other[member])
