import type { FleetLimiter } from '../../models/limits/fleet-limiter.ts'
import type { Lanes } from '../../models/limits/lanes.ts'
import type { ModelLimiters } from '../../models/limits/model-limiter.ts'
import { type ModelClient, ModelError } from '../../models/model.ts'
import type { RetryPolicy } from '../../models/protocol/retry.ts'
import { sharedNow } from '../../platform/clock.ts'
import { isRedisUnavailable } from '../../platform/redis/redis.ts'
import { type Span, type Tracer, traceIdOf, within } from '../../platform/tracing/tracing.ts'
import { budgetModeOf } from '../../policies/budget.ts'
import type { BudgetStore } from '../../policies/budget-store.ts'
import { drawRevision, placeOfRun } from '../../tasks/split/draw-revision.ts'
import type { Shadow } from '../../tasks/split/shadow.ts'
import type { Revision } from '../../tasks/task.ts'
import type { TaskStore } from '../../tasks/task-store.ts'
import { Ledger } from '../ledger.ts'
import type { LiveOutput } from '../live/live-output.ts'
import type { LiveOutputs } from '../live/live-outputs.ts'
import { RunShare, type RunShareDeps } from '../reuse/run-share.ts'
import type { RunError } from '../run.ts'
import { isLate } from '../run-expiry.ts'
import { ABORT_ERRORS, type Outcome } from '../run-result.ts'
import { startExecuteSpan } from '../run-span.ts'
import type { Claim } from '../store/claim.ts'
import type { ReadCapacity } from '../store/run-store.ts'
import { ClaimLost, type Stopwatch } from './ask/ask-model.ts'
import { askModels } from './ask/ask-models.ts'
import { BudgetExceeded, Deferred, LimitReached } from './ask/deferred.ts'
import { estimateLost } from './ask/estimate-lost.ts'
import type { PrepareCallDeps } from './ask/prepare-call.ts'
import type { AbortReason, Executions } from './executions.ts'
import type { RunProcessorDeps } from './inputs/run-processor.ts'
import { budgetExceeded, INTERNAL, limitReached, REVISION_DELETED, WORKER_LOST } from './run-errors.ts'
import { type SettleRunDeps, settleRun } from './settle-run.ts'
import { isWorkerFault, type WorkerHealth } from './worker-health.ts'

export interface ExecuteRunDeps extends SettleRunDeps, PrepareCallDeps, RunProcessorDeps {
  readonly tracer: Tracer
  readonly tasks: TaskStore
  readonly client: ModelClient
  readonly limiters: ModelLimiters
  readonly fleet: FleetLimiter
  readonly budgets: BudgetStore
  readonly budgetLanes: Lanes
  readonly retry: RetryPolicy
  readonly responseLimit: number
  readonly outputFileMax: number
  /** Whether log lines of failed calls hold the server's own words. */
  readonly modelErrorWords: boolean
  readonly executions: Executions
  readonly outputs: LiveOutputs
  readonly health: WorkerHealth
  /** Lets runs reuse results of each other; absent: none does. */
  readonly sharing?: RunShareDeps
  /** Id of this worker process, for the ledger. */
  readonly worker: string
}

/** What one claim is executed with: the dependencies, the span of the execution, its worker, and what its watchers see. */
type ClaimDeps = ExecuteRunDeps & {
  readonly span: Span
  readonly side: WorkerSide
  readonly live: LiveOutput | null
  readonly shadow: Shadow | null
  readonly share: RunShare | null
}

/** The worker that a claim is executed for. */
export interface WorkerSide {
  /** Fires when it stops. */
  readonly stopping: AbortSignal
  readonly capacity: ReadCapacity
}

/**
 * The end of a claim. `settled`: the run has ended, and its job is removed. `released`: the run and its job are queued
 * again. `superseded`: another worker has claimed the run, and has its job.
 */
export type Execution = 'settled' | 'released' | 'superseded'

/** How long a run is deferred when its task could not be read, in ms. */
const STORE_PAUSE_MS = 1000

/** How long a run is deferred that this worker cannot execute by its own fault, in ms: others may, at once. */
const WORKER_FAULT_PAUSE_MS = 2000

/**
 * Executes a run that was just claimed: draws its revision, renders the prompts, calls its models, checks the completion,
 * and settles the run. When the worker stops, the run goes back to the queue with its attempt unused. Rejects only when
 * Redis fails: then the lock of the job expires, and the job is delivered again.
 */
export async function executeRun(deps: ExecuteRunDeps, initial: Claim, side: WorkerSide): Promise<Execution> {
  const delivered = Date.now()
  const { id, project, task, deadline } = initial.request
  let claim: Claim
  let revision: Revision | null
  let shadow: Shadow | null
  try {
    claim = await withBudgetsOfNow(deps, await redrawRevision(deps, initial))
    revision = claim.revision ? await deps.tasks.revision(project, claim.revision) : null
    // Drawing it anew has just asked for the task, which is known for a second.
    shadow = claim.split === null ? null : ((await deps.tasks.recent(project, task))?.shadow ?? null)
  } catch (error) {
    // In a cluster, the node with the tasks may be down alone. Releasing the run means that no claim is used up
    // meanwhile.
    await deps.runs.release(initial, initial.attempts, STORE_PAUSE_MS).catch(() => {})
    throw error
  }
  const span = startExecuteSpan(deps.tracer, claim, delivered)
  return within(span, async () => {
    const { cache } = claim.request
    const share = cache && deps.sharing ? new RunShare(deps.sharing, claim, cache) : null
    const ofClaim = { ...deps, span, side, live: deps.outputs.open(claim), shadow, share }
    const ledger = new Ledger(claim.attempts, claim.fence, deps.worker)
    if (revision && ledger.hasLost()) await estimateLost(deps, ledger, claim.request, revision)
    const tracked = deps.executions.track(id, deadline, side.stopping, async (signal) => {
      // A run that must not be executed ends here, before its model is asked for room.
      const refusal = refuse(claim, ledger, signal)
      if (refusal) return end(ofClaim, claim, ledger, { error: refusal })
      return executeClaim(ofClaim, claim, revision, ledger, signal)
    })
    const execution = await (share ? tracked.finally(() => share.stop()) : tracked)
    span.set({ 'splitrun.execution': execution })
    return execution
  })
}

async function end(deps: ClaimDeps, claim: Claim, ledger: Ledger, outcome: Outcome): Promise<Execution> {
  // Who watches the run is told of the rest of a text from the response itself.
  const isText = !outcome.error && typeof outcome.asked?.response === 'string'
  if (deps.live) await deps.outputs.close(deps.live, isText ? 'told' : 'needed')
  return (await settleRun(deps, claim, ledger, outcome, deps.side.capacity)) ? 'settled' : 'superseded'
}

/** Gives the run back to the queue, unless it was cancelled meanwhile: then it ends here. */
async function release(
  deps: ClaimDeps,
  claim: Claim,
  ledger: Ledger,
  { ms, model, onLimit }: Pick<Deferred, 'ms' | 'model' | 'onLimit'> = {
    ...{ ms: 0, model: claim.model, onLimit: false },
  },
): Promise<Execution> {
  if (deps.live) await deps.outputs.close(deps.live, 'void')
  const left = deps.share ? await deps.share.releasing(ms, onLimit) : ''
  const released = await deps.runs.release(claim, ledger.all(), ms, model, onLimit, left)
  if (released === 'cancelled') return end(deps, claim, ledger, { error: ABORT_ERRORS.cancelled })
  if (deps.share && released === 'queued') await deps.share.released()
  return released === 'queued' ? 'released' : 'superseded'
}

/**
 * The API process drew a revision when it accepted the run. If the weights have changed since, it is drawn again by the
 * new ones; also when the revision stays the same, since the run then counts under the new weights.
 */
async function redrawRevision({ tasks, runs }: ExecuteRunDeps, claim: Claim): Promise<Claim> {
  const { id, project, task, revision, slot } = claim.request
  if (revision !== null || (claim.revision !== null && claim.fence > 1)) return claim
  const known = (await tasks.recent(project, task))?.split
  // The process that accepted the run knew newer weights than this one.
  const isOld = known !== undefined && claim.split !== null && known.seq < claim.split
  const split = isOld ? (await tasks.read(project, task))?.task.split : known
  if (!split || (split.seq === claim.split && claim.revision !== null)) return claim
  // A run that was accepted by an earlier version has no slot yet.
  const drawn = drawRevision(split, slot ?? placeOfRun(id).slot)
  if (drawn === null) return claim
  await runs.revise(claim, drawn, split.seq)
  return { ...claim, revision: drawn, split: split.seq }
}

/**
 * Budgets that were set, changed or deleted since a run was accepted hold for its calls, too. One that counted under some
 * goes on counting, so that what it holds of them is ended with it.
 */
async function withBudgetsOfNow({ budgets }: ExecuteRunDeps, claim: Claim): Promise<Claim> {
  const { request } = claim
  if (request.budget === null && budgets.hasNone(request.project)) return claim
  const now = budgetModeOf(await budgets.about(request.project, request))
  const budget = now ?? (request.budget && 'soft')
  return budget === request.budget ? claim : { ...claim, request: { ...request, budget } }
}

async function executeClaim(
  deps: ClaimDeps,
  claim: Claim,
  revision: Revision | null,
  ledger: Ledger,
  signal: AbortSignal,
): Promise<Execution> {
  const { request } = claim
  ledger.open(sharedNow())
  const watch: Stopwatch = { inputs: 0, model: 0, validate: 0, limit: 0 }
  try {
    if (!revision) {
      ledger.drop()
      return await end(deps, claim, ledger, { error: REVISION_DELETED })
    }
    const outcome = await askModels(deps, claim, revision, ledger, watch, signal)
    return await end(deps, claim, ledger, { watch, ...outcome })
  } catch (error) {
    if (error instanceof ClaimLost) return 'superseded'
    if (error instanceof Deferred) {
      // The model had no room: no call was made for the open attempt.
      ledger.drop()
      return release(deps, claim, ledger, error)
    }
    if (error instanceof LimitReached || error instanceof BudgetExceeded) {
      ledger.drop()
      const reached = error instanceof LimitReached ? limitReached(error) : budgetExceeded(error)
      return end(deps, claim, ledger, { watch, error: reached })
    }
    const stopped = signal.aborted && error === signal.reason
    if (stopped || (error instanceof ModelError && error.kind === 'aborted')) {
      const reason = signal.reason as AbortReason
      if (reason === 'stopping') {
        ledger.drop()
        return release(deps, claim, ledger)
      }
      ledger.abort(reason)
      return end(deps, claim, ledger, { watch, error: ABORT_ERRORS[reason] })
    }
    if (isWorkerFault(error)) {
      ledger.drop()
      deps.health.report(error)
      return release(deps, claim, ledger, {
        ...{ ms: WORKER_FAULT_PAUSE_MS, model: claim.model, onLimit: false },
      })
    }
    if (isRedisUnavailable(error)) throw error
    // A bug would fail the same way at the next delivery. So the run fails now, and the log has the error.
    const trace_id = traceIdOf(request.trace) ?? undefined
    deps.log.error({ err: error, run_id: request.id, trace_id }, 'executing a run failed')
    return end(deps, claim, ledger, { watch, error: INTERNAL })
  }
}

/** The error that a run ends with instead of being executed; null when it is to be executed. */
function refuse(claim: Claim, ledger: Ledger, signal: AbortSignal): RunError | null {
  const { request, claimed, claimsExhausted } = claim
  const cancelled = claim.cancelled || signal.reason === ('cancelled' satisfies AbortReason)
  if (cancelled) return ABORT_ERRORS.cancelled
  if (isLate(request, claimed, sharedNow())) return ABORT_ERRORS.expired
  if (claimsExhausted || (request.onLostAttempt === 'fail' && ledger.hasLost())) return WORKER_LOST
  return null
}
