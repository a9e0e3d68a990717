import { LRUCache } from 'lru-cache'
import type { FileStore } from '../../files/file-store.ts'
import { type ModelClient, ModelError } from '../../models/model.ts'
import type { ModelLanes } from '../../models/limits/model-limiter.ts'
import type { RetryPolicy } from '../../models/protocol/retry.ts'
import { type CompiledOutput, compileOutput } from '../../output/compile-output.ts'
import { isRedisUnavailable } from '../../platform/redis/redis.ts'
import { type Span, type Tracer, traceIdOf, within } from '../../platform/tracing/tracing.ts'
import type { Revision } from '../../tasks/task.ts'
import type { TaskStore } from '../../tasks/task-store.ts'
import { drawRevision } from '../../tasks/traffic.ts'
import { askModel, ClaimLost, PutOff, type Stopwatch } from './ask-model.ts'
import { chooseModels } from './choose-models.ts'
import { Ledger } from '../ledger.ts'
import { persist } from './retry-while-redis-down.ts'
import { prepareCall } from './prepare-call.ts'
import { type Attempt, isLate, type RunError } from '../run.ts'
import type { Claim } from '../store/run-changes.ts'
import { BROKEN_OFF, type Outcome } from '../run-result.ts'
import { startExecuteSpan } from '../run-span.ts'
import type { BreakReason, RunsInHand } from './executions.ts'
import { type SettleRunDeps, settleRun } from './settle-run.ts'

export interface ExecuteRunDeps extends SettleRunDeps {
  readonly tracer: Tracer
  readonly tasks: TaskStore
  readonly client: ModelClient
  readonly lanes: ModelLanes
  readonly files: FileStore
  readonly retry: RetryPolicy
  readonly responseLimit: number
  readonly imagePixelsMax: number
  readonly inHand: RunsInHand
  /** Id of this worker process, for the ledger. */
  readonly worker: string
}

/** What one claim is executed with: everything, and the span that it is seen as. */
type ClaimDeps = ExecuteRunDeps & { readonly span: Span }

/**
 * `settled`: it has ended, here, and its job with it. `released`: it is queued again. `gone`: nothing (more) to do for
 * this worker. `putOff`: it is queued, and to be delivered again after so many ms.
 */
export type Execution = 'settled' | 'released' | 'gone' | { readonly putOff: number }

const compiledByRevision = new LRUCache<string, CompiledOutput>({ max: 5000 })

function compiledFor(revision: Revision): CompiledOutput | null {
  if (!revision.output_format) return null
  const known = compiledByRevision.get(revision.id)
  if (known) return known
  const compiled = compileOutput(revision.output_format)
  compiledByRevision.set(revision.id, compiled)
  return compiled
}

/**
 * Executes a run that was just claimed: draw its revision, find a place in its model's lane, render, ask the model,
 * check, settle. When `stopping` fires, the run goes back to the queue with its attempt unused. Rejects only when Redis
 * fails, so that the job is delivered again.
 */
export async function executeRun(
  deps: ExecuteRunDeps,
  taken: Claim,
  stopping: AbortSignal,
): Promise<Execution> {
  const delivered = Date.now()
  const { id, project, deadline } = taken.request
  let claim: Claim
  let revision: Revision | null
  try {
    claim = await drawAnew(deps, taken)
    revision = claim.revision ? await deps.tasks.revision(project, claim.revision) : null
  } catch (error) {
    // The part of Redis that has the tasks may be away alone: no claim is used up by waiting for it.
    await deps.runs.release(taken, taken.attempts, true).catch(() => {})
    throw error
  }
  const model = revision?.llm_model_id
  const turnedAway = model ? deps.lanes.enter(model) : 0
  if (turnedAway > 0) return putOff(deps, claim, claim.attempts, turnedAway)
  try {
    const span = startExecuteSpan(deps.tracer, claim, delivered)
    return await within(span, async () => {
      const traced = { ...deps, span }
      const execution = await deps.inHand.hold(id, deadline, stopping, (signal) =>
        executeClaim(traced, claim, revision, signal),
      )
      span.set({ 'splitrun.execution': typeof execution === 'object' ? 'put_off' : execution })
      return execution
    })
  } finally {
    if (model) deps.lanes.leave(model)
  }
}

/** Who accepted the run has drawn its revision. The weights are what they are now: should they have changed, so does it. */
async function drawAnew({ tasks, runs }: ExecuteRunDeps, claim: Claim): Promise<Claim> {
  const { id, project, task, revision } = claim.request
  if (revision !== null || (claim.revision !== null && claim.fence > 1)) return claim
  const drawn = drawRevision((await tasks.recent(project, task))?.active_revisions ?? [], id)
  if (drawn === null || drawn === claim.revision) return claim
  await runs.revise(claim, drawn)
  return { ...claim, revision: drawn }
}

async function executeClaim(
  deps: ClaimDeps,
  claim: Claim,
  revision: Revision | null,
  signal: AbortSignal,
): Promise<Execution> {
  const { request } = claim
  const ledger = new Ledger(claim.attempts, claim.fence, deps.worker)
  const end = async (outcome: Outcome): Promise<Execution> =>
    (await settleRun(deps, claim, ledger, outcome, deps.span)) ? 'settled' : 'gone'

  // Heard of before the first call: nothing is asked, and the ledger says so.
  const cancelled = claim.cancelled || signal.reason === ('cancelled' satisfies BreakReason)
  const refusal = refuse({ ...claim, cancelled }, ledger)
  if (refusal) return end({ error: refusal })
  ledger.open(Date.now())
  const watch: Stopwatch = { model: 0, validate: 0 }
  try {
    if (!revision) {
      ledger.drop()
      return await end({ error: GONE })
    }
    return await end({ watch, ...(await askModels(deps, claim, revision, ledger, watch, signal)) })
  } catch (error) {
    if (error instanceof ClaimLost) return 'gone'
    if (error instanceof PutOff) return putOff(deps, claim, ledger.all(), error.ms)
    if (error instanceof ModelError && error.kind === 'aborted') {
      const reason = signal.reason as BreakReason
      if (reason === 'stopping') {
        ledger.drop()
        return (await deps.runs.release(claim, ledger.all())) ? 'released' : 'gone'
      }
      ledger.breakOff(reason)
      return end({ watch, error: BROKEN_OFF[reason] })
    }
    if (isRedisUnavailable(error)) throw error
    // A mistake of ours would be the same at the next delivery: the run fails, and the log says why.
    const trace_id = traceIdOf(request.trace) ?? undefined
    deps.log.error({ err: error, run_id: request.id, trace_id }, 'executing a run failed')
    return end({ watch, error: OURS })
  }
}

const GONE: RunError = {
  reason: 'TASK_REVISION_NOT_FOUND',
  message: 'The task, or its revision, is gone.',
  retryable: false,
}
const OURS: RunError = { reason: 'INTERNAL_ERROR', message: 'Something went wrong here.', retryable: true }
const LOST: RunError = {
  reason: 'WORKER_LOST',
  message: 'A worker was lost while it had this run.',
  retryable: true,
}
const NO_MODEL: RunError = {
  reason: 'MODEL_UNAVAILABLE',
  message: 'The model is no longer configured.',
  retryable: false,
}

/** Why a run that was just claimed is not to be executed, if so. */
function refuse({ request, claimed, spent, cancelled }: Claim, ledger: Ledger): RunError | null {
  if (cancelled) return BROKEN_OFF.cancelled
  if (isLate(request, claimed, Date.now())) return BROKEN_OFF.expired
  if (spent || (request.onLostAttempt === 'fail' && ledger.hasLost())) return LOST
  return null
}

/** Asks the run's models in their order until one gives a usable answer. */
async function askModels(
  deps: ClaimDeps,
  claim: Claim,
  revision: Revision,
  ledger: Ledger,
  watch: Stopwatch,
  signal: AbortSignal,
): Promise<Outcome> {
  const { request } = claim
  const compiled = compiledFor(revision)
  const save = async (current: Ledger): Promise<void> => {
    const write = () => deps.runs.saveAttempts(claim, current.all())
    if (!(await persist(deps.settlePatienceMs, write))) throw new ClaimLost()
  }
  const ask = { ...deps, save, deadline: request.deadline }
  let outcome: Outcome = { error: NO_MODEL }
  for (const { model, parameters, fallback } of chooseModels(request, revision, deps.models)) {
    const primaryFailure = fallback && !request.useFallback ? (outcome.error?.reason ?? null) : null
    const known = { model, usedFallback: fallback, primaryFailure }
    const prepared = await prepareCall(deps, request, revision, model, compiled)
    if ('reason' in prepared) {
      ledger.drop()
      return { ...known, error: prepared }
    }
    if (!ledger.isOpen()) {
      ledger.open(Date.now())
      await save(ledger)
    }
    const call = { model, turns: prepared.turns, parameters, schema: compiled?.jsonSchema ?? null }
    ledger.asks(model.name)
    const asked = await askModel(ask, call, compiled, ledger, watch, signal)
    outcome = { ...known, prepared, parameters, asked, error: asked.error }
    if (!asked.error) return outcome
  }
  ledger.drop()
  return outcome
}

async function putOff(
  { runs }: ExecuteRunDeps,
  claim: Claim,
  attempts: readonly Attempt[],
  ms: number,
): Promise<Execution> {
  return (await runs.release(claim, attempts, true)) ? { putOff: ms } : 'gone'
}
