import type { CallOptions } from '../client-options.ts'
import type { Budgets, Limits, NewBudgetPolicy, NewLimitPolicy } from '../shapes/policy.ts'
import type { Api } from '../transport/api.ts'

/** What bounds the runs of a project. */
export interface Policies<All, New> {
  /** All of them, and how far they are used. */
  get(options?: CallOptions): Promise<All>
  /** Replaces all of them; only the administrator may. */
  set(policies: readonly New[], options?: CallOptions): Promise<All>
}

const policiesAt = <All, New>(api: Api, path: string, member: string): Policies<All, New> => ({
  get: (options) => api.json({ ...options, method: 'GET', path }),
  set: (policies, options) =>
    api.json({ ...options, method: 'POST', path, body: { [member]: policies }, repeatable: true }),
})

export const createLimits = (api: Api): Policies<Limits, NewLimitPolicy> =>
  policiesAt(api, 'P/limit', 'policies')

export const createBudgets = (api: Api): Policies<Budgets, NewBudgetPolicy> =>
  policiesAt(api, 'P/budget', 'budgets')
