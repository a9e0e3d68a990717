import { z } from 'zod'
import { sharedNow } from '../../platform/clock.ts'
import {
  type BudgetPolicy,
  type BudgetState,
  budgetPolicy,
  millionths,
  periodBounds,
  projectedOf,
} from '../../policies/budget.ts'
import type { BudgetStore } from '../../policies/budget-store.ts'
import type { CorrectBudgetsDeps } from '../../runs/budgets/correct-budgets.ts'
import { setBudgets } from '../../runs/budgets/set-budgets.ts'
import type { Endpoint } from '../route.ts'
import { policyRoutes } from './policies.ts'

export interface BudgetRouteDeps extends CorrectBudgetsDeps {
  readonly budgets: BudgetStore
  readonly policiesMax: number
}

const EXAMPLE = {
  ...{ name: 'monthly', applies_to: 'project', target_id: null, credits: 50, per: 'month', mode: 'hard' },
  thresholds: [0.5, 0.9],
} as const
const credits = z.string().regex(/^-?\d+\.\d{6}$/)

export const newBudgets = z
  .object({ budgets: z.array(budgetPolicy) })
  .meta({ id: 'NewBudgets', examples: [{ budgets: [EXAMPLE] }] })

export const budgetsResponse = z
  .object({
    budgets: z.array(budgetPolicy),
    usage: z.array(
      z.object({
        budget: z.string(),
        begins: z.iso.datetime(),
        ends: z.iso.datetime().meta({ description: 'When it begins anew.' }),
        spent: credits.meta({ description: 'Exact to a millionth, as reports are.' }),
        held: credits.meta({ description: 'What calls under way may cost, of hard budgets.' }),
        lost: credits.meta({
          description:
            'What calls may have cost whose answers are lost, of hard budgets. It is not spent, and can be spent no more.',
        }),
        projected: credits.meta({
          description: 'What would be spent at its end, if it went on as since it began.',
        }),
        reached: z.array(z.number()).meta({ description: 'Thresholds that are passed.' }),
      }),
    ),
  })
  .meta({
    id: 'Budgets',
    examples: [
      {
        budgets: [EXAMPLE],
        usage: [
          {
            ...{ budget: 'monthly', begins: '2026-01-01T00:00:00.000Z', ends: '2026-02-01T00:00:00.000Z' },
            ...{ spent: '26.120000', held: '0.004000', lost: '0.000000' },
            ...{ projected: '53.980000', reached: [0.5] },
          },
        ],
      },
    ],
  })

/** The budgets of a project and of its tasks. */
export function budgetRoutes(deps: BudgetRouteDeps): Endpoint[] {
  const { budgets, policiesMax } = deps
  const policies = {
    listOf: (project: string) => budgets.listOf(project),
    replace: (
      project: string,
      next: readonly BudgetPolicy[],
      isExpected: (state: string) => boolean = () => true,
    ) => setBudgets(deps, project, next, isExpected),
  }
  return policyRoutes({
    ...{ path: 'budget', noun: 'Budgets', member: 'budgets', policies, most: policiesMax },
    summaries: {
      get: 'The budgets of a project and its tasks, and what is spent of them',
      set: 'Replace all budgets of a project and its tasks',
    },
    ...{ body: newBudgets, response: budgetsResponse },
    async show(project, own) {
      const states = await budgets.statesOf(project, own)
      return { budgets: [...own], usage: states.map((state) => present(state, sharedNow())) }
    },
  })
}

function present(state: BudgetState, now: number) {
  const { policy, spent, held, lost } = state
  const { first, next } = periodBounds(policy, now)
  return {
    budget: policy.name,
    begins: new Date(first).toISOString(),
    ends: new Date(next).toISOString(),
    spent: text(spent),
    held: text(held),
    lost: text(lost),
    projected: text(projectedOf(state, now)),
    reached: policy.thresholds.filter((each) => spent >= each * millionths(policy)),
  }
}

const text = (amount: number): string => (amount / 1_000_000).toFixed(6)
