import { setTimeout as pause } from 'node:timers/promises'
import { ModelError } from '../../models/model.ts'
import { sharedNow } from '../../platform/clock.ts'
import { isRedisUnavailable } from '../../platform/redis/redis.ts'
import type { Span } from '../../platform/tracing/tracing.ts'
import type { ShadowBudget } from '../../policies/shadow-budget.ts'
import type { Revision } from '../../tasks/task.ts'
import type { Dropped } from '../../totals/delta.ts'
import type { Stopwatch } from '../execute/ask/ask-model.ts'
import { askModels } from '../execute/ask/ask-models.ts'
import { BudgetExceeded, Deferred, LimitReached } from '../execute/ask/deferred.ts'
import type { ExecuteRunDeps } from '../execute/execute-run.ts'
import type { AbortReason } from '../execute/executions.ts'
import { isWorkerFault } from '../execute/worker-health.ts'
import type { Ledger } from '../ledger.ts'
import type { RunError } from '../run.ts'
import { ABORT_ERRORS, type Outcome } from '../run-result.ts'
import type { Claim } from '../store/claim.ts'
import type { WatchWanted } from './watch-wanted.ts'

export interface AskShadowDeps extends Omit<ExecuteRunDeps, 'budgets'> {
  readonly span: Span
  readonly budgets: ShadowBudget
  readonly watchWanted: WatchWanted
}

/** A shadow run under way. */
export interface ShadowInProgress {
  readonly claim: Claim
  /** The caller's run: files, and what processors made of them, are kept under its id. */
  readonly parent: string
  readonly revision: Revision
  readonly ledger: Ledger
  readonly watch: Stopwatch
}

/** `returned`: nothing was asked of a model yet. `dropped`: the outcome says nothing of the revision. */
export type Asked = 'returned' | { readonly outcome: Outcome; readonly dropped: Dropped | null }

/** The least pause before a model is asked again that had no room, in ms. */
const LEAST_PAUSE_MS = 500

/**
 * Asks the models of a shadow run, as those of a run are asked. What a run would wait for in the queue, a shadow waits for
 * here once a model was asked; before that it is given back.
 * @throws the error of Redis
 */
export async function askShadow(
  deps: AskShadowDeps,
  { claim, parent, revision, ledger, watch }: ShadowInProgress,
  stopping: AbortSignal,
): Promise<Asked> {
  const { id, deadline } = claim.request
  const asking = {
    ...deps,
    ...{ live: null, runs: { saveAttempts: async () => true } },
    log: deps.log.child({ shadow_of: parent }),
  }
  const asked = { ...claim, request: { ...claim.request, id: parent } }
  const unwatch = deps.watchWanted({ request: claim.request, revision: revision.id })

  async function askUntilEnd(signal: AbortSignal): Promise<Asked> {
    for (let limited = false; ; ) {
      ledger.open(sharedNow())
      try {
        return { outcome: await askModels(asking, asked, revision, ledger, watch, signal), dropped: null }
      } catch (error) {
        const next = afterError(deps, error, ledger, signal, limited)
        if (typeof next !== 'number') return next
        limited = error instanceof LimitReached
        await pause(next, undefined, { signal }).catch(() => {})
        if (signal.aborted) return afterError(deps, signal.reason, ledger, signal, limited) as Asked
      }
    }
  }
  try {
    return await deps.executions.track(id, deadline, stopping, askUntilEnd)
  } finally {
    unwatch()
  }
}

/** What follows what `askModels` threw: for how long to wait in ms, or the end. */
function afterError(
  deps: AskShadowDeps,
  error: unknown,
  ledger: Ledger,
  signal: AbortSignal,
  limited: boolean,
): Asked | number {
  const ended = (dropped: Dropped | null, error = dropError(dropped)): Asked => ({
    outcome: { error },
    dropped,
  })
  const aborted = signal.aborted && (error === signal.reason || isAborted(error))
  if (aborted || (signal.aborted && (error instanceof Deferred || error instanceof LimitReached))) {
    const reason = signal.reason as AbortReason
    if (reason === 'stopping') {
      ledger.drop()
      return ledger.all().length === 0 ? 'returned' : ended('lost')
    }
    ledger.abort(reason)
    return reason === 'expired' ? ended(limited ? 'limit' : null, ABORT_ERRORS.expired) : ended('cancelled')
  }
  ledger.drop()
  const isNew = ledger.all().length === 0
  if (error instanceof BudgetExceeded) return ended('budget')
  if (error instanceof Deferred) return isNew ? 'returned' : Math.max(error.ms, LEAST_PAUSE_MS)
  if (error instanceof LimitReached) return isNew ? 'returned' : Math.max(error.waitMs, LEAST_PAUSE_MS)
  if (isWorkerFault(error)) {
    deps.health.report(error)
    return isNew ? 'returned' : ended('lost')
  }
  if (isRedisUnavailable(error)) throw error
  deps.log.error({ err: error }, 'executing a shadow run failed')
  return ended('unusable')
}

const REASONS: Partial<Record<Dropped, string>> = { budget: 'BUDGET_EXCEEDED', lost: 'WORKER_LOST' }

/** What the record of a shadow run has that was broken off. */
const dropError = (dropped: Dropped | null): RunError => ({
  reason: REASONS[dropped ?? 'cancelled'] ?? 'RUN_CANCELLED',
  message: `The shadow run was broken off: ${dropped}.`,
  retryable: false,
})

const isAborted = (error: unknown): boolean => error instanceof ModelError && error.kind === 'aborted'
