import type { CallOptions } from '../client-options.ts'
import { SplitrunError } from '../error.ts'
import type {
  BudgetPolicy,
  Budgets,
  LimitPolicy,
  Limits,
  NewBudgetPolicy,
  NewLimitPolicy,
} from '../shapes/policy.ts'
import type { Api } from '../transport/api.ts'
import { readJson } from '../transport/attempt.ts'

/** What bounds the runs of a project. */
export interface Policies<All, Policy, New> {
  /** All of them, and how far they are used. */
  get(options?: CallOptions): Promise<All>
  /** Replaces all of them, whatever they are; only the administrator may. */
  set(policies: readonly New[], options?: CallOptions): Promise<All>
  /**
   * Puts in their place what `next` makes of them. Where others have replaced them meanwhile, it is asked again, with
   * theirs; after several times that is STALE_POLICIES.
   */
  change(next: (policies: readonly Policy[]) => readonly New[], options?: CallOptions): Promise<All>
}

const MOST_TRIES = 5

function policiesAt<Member extends string, Policy, New, All extends Record<Member, readonly Policy[]>>(
  api: Api,
  path: string,
  member: Member,
): Policies<All, Policy, New> {
  const write = (policies: readonly New[], options: CallOptions = {}) => ({
    ...options,
    ...({ method: 'POST', path, body: { [member]: policies } } as const),
  })
  return {
    get: (options) => api.json({ ...options, method: 'GET', path }),
    set: (policies, options) => api.json({ ...write(policies, options), repeatable: true }),
    async change(next, options) {
      for (let tries = 1; ; tries += 1) {
        const [all, etag] = await api.send(
          { ...options, method: 'GET', path, repeatable: true },
          async (response) => [await readJson<All>(response), response.headers.get('etag') ?? ''] as const,
        )
        try {
          return await api.json({ ...write(next(all[member]), options), headers: { 'if-match': etag } })
        } catch (error) {
          const isStale = error instanceof SplitrunError && error.reason === 'STALE_POLICIES'
          if (!isStale || tries === MOST_TRIES) throw error
        }
      }
    },
  }
}

export const createLimits = (api: Api): Policies<Limits, LimitPolicy, NewLimitPolicy> =>
  policiesAt(api, 'P/limit', 'policies')

export const createBudgets = (api: Api): Policies<Budgets, BudgetPolicy, NewBudgetPolicy> =>
  policiesAt(api, 'P/budget', 'budgets')
