import { sharedNow } from '../../platform/clock.ts'
import { ApiError } from '../../platform/errors.ts'
import { budgetModeOf, isSpent, secondsUntilAnew } from '../../policies/budget.ts'
import type { BudgetStore } from '../../policies/budget-store.ts'
import { PolicyError } from '../../policies/policy-error.ts'
import type { PolicyStore } from '../../policies/policy-store.ts'
import { rateLimitHeaders } from '../../policies/rate-limit-headers.ts'
import type { RunRequest } from '../run.ts'

export interface AdmitRunDeps {
  readonly policies: PolicyStore
  readonly budgets: BudgetStore
}

/** Under which limits a run counts, and how far they are used with it. */
export interface AdmittedRun {
  readonly counts: Pick<RunRequest, 'policies' | 'budget' | 'payer'>
  readonly headers: Readonly<Record<string, string>>
}

type Asking = Pick<RunRequest, 'id' | 'project' | 'task' | 'user' | 'deadline'>

/** True when it is known at once that a run counts under nothing, as nearly all do, so that it need not be admitted. */
export const countsUnderNone = ({ policies, budgets }: AdmitRunDeps, project: string): boolean =>
  budgets.hasNone(project) && policies.hasNone(project)

/**
 * Counts a run under the limits of its project, its task and its key; null where there are none.
 * @throws {PolicyError} RATE_LIMITED when a limit refuses it: then it counts under none
 * @throws {ApiError} BUDGET_EXCEEDED when a hard budget is spent
 */
export async function admitRun(deps: AdmitRunDeps, asking: Asking): Promise<AdmittedRun | null> {
  const counted = await checkBudgets(deps.budgets, asking)
  const limited = await checkLimits(deps.policies, asking)
  if (counted.budget === null && limited === null) return null
  return { counts: { policies: limited?.policies ?? [], ...counted }, headers: limited?.headers ?? {} }
}

async function checkLimits(store: PolicyStore, { id, project, task, user, deadline }: Asking) {
  const policies = await store.concerning({ project, task, user })
  if (policies.length === 0) return null
  const lastsMs = Math.max(0, deadline - sharedNow())
  const { admitted, waitMs, states, violated } = await store.admit(project, policies, { id, lastsMs })
  const headers = rateLimitHeaders(states)
  if (admitted) return { policies: policies.map(({ name }) => name), headers }
  const retry_after = Math.max(1, Math.ceil(waitMs / 1000))
  const message = `A limit is reached: ${violated.join(', ')}.`
  const extra = { retry_after, retryable: true, violated_policies: violated }
  throw new PolicyError('RATE_LIMITED', message, extra, headers)
}

const NO_BUDGET = { budget: null, payer: null }

async function checkBudgets(
  store: BudgetStore,
  { project, task, user }: Asking,
): Promise<Pick<RunRequest, 'budget' | 'payer'>> {
  const budgets = await store.about(project, { task, payer: user })
  if (budgets.length === 0) return NO_BUDGET
  const hard = budgets.filter(({ mode }) => mode === 'hard')
  const spent = (await store.statesOf(project, hard)).filter(isSpent)
  if (spent.length === 0) {
    const payer = budgets.some(({ applies_to }) => applies_to === 'key') ? user : null
    return { budget: budgetModeOf(budgets), payer }
  }
  const now = sharedNow()
  const retry_after = Math.max(...spent.map(({ policy }) => secondsUntilAnew(policy, now)))
  const violated = spent.map(({ policy }) => policy.name)
  const message = `A budget is spent: ${violated.join(', ')}.`
  const extra = { retry_after, retryable: false, violated_policies: violated }
  throw new ApiError('BUDGET_EXCEEDED', message, extra)
}
