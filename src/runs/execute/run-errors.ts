import type { RunError } from '../run.ts'
import type { BudgetExceeded } from './ask/deferred.ts'

export const REVISION_DELETED: RunError = {
  reason: 'TASK_REVISION_NOT_FOUND',
  message: 'The task, or its revision, is gone.',
  retryable: false,
}
export const INTERNAL: RunError = {
  reason: 'INTERNAL_ERROR',
  message: 'Something went wrong here.',
  retryable: true,
}
export const budgetExceeded = ({ budget, retryAfter }: BudgetExceeded): RunError => ({
  reason: 'BUDGET_EXCEEDED',
  message: `A budget has no room for what the next call may cost: ${budget}.`,
  retryable: false,
  retryAfter,
  violatedPolicies: [budget],
})
export const limitReached = ({ waitMs }: { readonly waitMs: number }): RunError => ({
  reason: 'RATE_LIMITED',
  message: 'The model cannot be called at once: a limit of it is reached.',
  retryable: true,
  retryAfter: Math.max(1, Math.ceil(waitMs / 1000)),
})
export const WORKER_LOST: RunError = {
  reason: 'WORKER_LOST',
  message: 'A worker was lost while it had this run.',
  retryable: true,
}
