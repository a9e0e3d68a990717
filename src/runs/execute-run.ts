import { LRUCache } from 'lru-cache'
import type { FileStore } from '../files/file-store.ts'
import type { Model, ModelClient } from '../models/model.ts'
import { ModelError } from '../models/model.ts'
import type { ModelRegistry } from '../models/model-registry.ts'
import type { RetryPolicy } from '../models/retry.ts'
import { type CompiledOutput, compileOutput } from '../output/compile-output.ts'
import type { Logger } from '../platform/logger.ts'
import { isRedisUnavailable } from '../platform/redis.ts'
import type { RunJob } from '../queues.ts'
import type { Revision } from '../tasks/task.ts'
import type { TaskStore } from '../tasks/task-store.ts'
import { drawRevision } from '../tasks/traffic.ts'
import { type Asked, askModel, ClaimLost, type Stopwatch } from './ask-model.ts'
import { Ledger } from './ledger.ts'
import { type PreparedCall, prepareCall } from './prepare-call.ts'
import { rollupOf } from './rollup.ts'
import type { RunError, RunResult } from './run.ts'
import type { Claim, RunStore } from './run-store.ts'

export interface ExecuteRunDeps {
  readonly tasks: TaskStore
  readonly runs: RunStore
  readonly models: ModelRegistry
  readonly client: ModelClient
  readonly files: FileStore
  readonly retry: RetryPolicy
  readonly responseLimit: number
  readonly imagePixelsMax: number
  readonly claimsMax: number
  /** Id of this worker process, for the ledger. */
  readonly worker: string
  readonly log: Logger
}

/**
 * `settled`: it has ended, here. `released`: it is queued again. `gone`: nothing (more) to do for this worker.
 * `unknown`: there is no such record; it may be on its way, for the job can overtake it.
 */
export type Execution = 'settled' | 'released' | 'gone' | 'unknown'

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
 * Executes one run: draw a revision, claim, render, ask the model, check, settle. When `stopping` fires, the run goes
 * back to the queue with its attempt unused. Rejects only when Redis fails, so that the job is delivered again.
 */
export async function executeRun(
  deps: ExecuteRunDeps,
  id: string,
  job: RunJob,
  stopping: AbortSignal,
): Promise<Execution> {
  const task = await deps.tasks.recent(job.project, job.task)
  const drawn = job.revision ?? (task ? drawRevision(task.active_revisions, id) : null)
  const claim = await deps.runs.claim(id, job.project, drawn, deps.worker, deps.claimsMax)
  if (claim === 'ended') return 'gone'
  if (claim === 'unknown') return 'unknown'

  const ledger = new Ledger(claim.attempts, claim.fence, deps.worker)
  if (claim.spent) {
    const error = {
      reason: 'WORKER_LOST',
      message: 'Every worker that took this run was lost.',
      retryable: true,
    }
    return settle(deps, claim, ledger, { error })
  }
  ledger.open(Date.now())
  const revision = claim.revision ? await deps.tasks.revision(job.project, claim.revision) : null
  if (!revision) {
    ledger.drop()
    const error = {
      reason: 'TASK_REVISION_NOT_FOUND',
      message: 'The task, or its revision, is gone.',
      retryable: false,
    }
    return settle(deps, claim, ledger, { error })
  }
  return withModel(deps, claim, ledger, revision, stopping)
}

async function withModel(
  deps: ExecuteRunDeps,
  claim: Claim,
  ledger: Ledger,
  revision: Revision,
  stopping: AbortSignal,
): Promise<Execution> {
  const model = deps.models.find(revision.llm_model_id)
  const compiled = compiledFor(revision)
  const prepared: PreparedCall | RunError = model
    ? await prepareCall(deps, claim.request, revision, model, compiled)
    : { reason: 'MODEL_UNAVAILABLE', message: 'The model is no longer configured.', retryable: false }
  if (!model || 'reason' in prepared) {
    ledger.drop()
    return settle(deps, claim, ledger, { model, error: 'reason' in prepared ? prepared : null })
  }

  const watch: Stopwatch = { model: 0, waiting: 0, validate: 0 }
  const request = {
    model,
    turns: prepared.turns,
    parameters: prepared.parameters,
    schema: compiled?.jsonSchema ?? null,
  }
  const save = async (current: Ledger): Promise<void> => {
    if (!(await deps.runs.saveAttempts(claim, current.all()))) throw new ClaimLost()
  }
  try {
    const asked = await askModel({ ...deps, save }, request, compiled, ledger, watch, stopping)
    return await settle(deps, claim, ledger, { model, prepared, watch, asked, error: asked.error })
  } catch (error) {
    if (error instanceof ClaimLost) return 'gone'
    if (error instanceof ModelError && error.kind === 'aborted') {
      ledger.drop()
      return (await deps.runs.release(claim, ledger.all())) ? 'released' : 'gone'
    }
    if (isRedisUnavailable(error)) throw error
    // A mistake of ours would be the same at the next delivery: the run fails, and the log says why.
    deps.log.error({ err: error, run_id: claim.request.id }, 'executing a run failed')
    const failure = { reason: 'INTERNAL_ERROR', message: 'Something went wrong here.', retryable: true }
    return settle(deps, claim, ledger, { model, prepared, watch, error: failure })
  }
}

interface Outcome {
  readonly error: RunError | null
  readonly model?: Model | null
  readonly prepared?: PreparedCall
  readonly watch?: Stopwatch
  readonly asked?: Asked
}

async function settle(
  deps: ExecuteRunDeps,
  claim: Claim,
  ledger: Ledger,
  outcome: Outcome,
): Promise<Execution> {
  const { request } = claim
  const { model = null, prepared, watch, asked, error } = outcome
  const tokens = ledger.tokens()
  const now = Date.now()
  const attempts = ledger.all()
  const price = model?.price ?? { input: 0, output: 0 }
  const result: RunResult = {
    status: error ? 'failed' : 'succeeded',
    settled: now,
    response: asked?.response ?? null,
    error,
    model: model?.name ?? null,
    modelId: model?.id ?? null,
    parameters: { ...prepared?.parameters },
    promptHash: prepared?.promptHash ?? null,
    inputTokens: tokens.input,
    outputTokens: tokens.output,
    // A price per million tokens is millionths per token.
    credits: Math.round(tokens.input * price.input + tokens.output * price.output),
    inputSeconds: round(prepared?.inputSeconds ?? 0),
    timings: {
      queued: claim.claimed - request.created,
      waiting_on_limit: round(watch?.waiting ?? 0),
      model: round(watch?.model ?? 0),
      validate: round(watch?.validate ?? 0),
      total: now - request.created,
    },
    outputCheck: asked?.check ?? null,
    retries: Math.max(0, attempts.length - 1),
  }
  const owner = { project: request.project, task: request.task, revision: claim.revision }
  const settled = await deps.runs.settle(claim, result, attempts, rollupOf(owner, result, attempts))
  if (!settled) return 'gone'
  deps.log.info(
    {
      run_id: request.id,
      task_id: request.task,
      revision_id: claim.revision,
      status: result.status,
      reason: error?.reason,
      model: result.model,
      attempts: attempts.length,
      input_tokens: tokens.input,
      output_tokens: tokens.output,
      timings: result.timings,
    },
    'run settled',
  )
  return 'settled'
}

const round = (value: number): number => Math.round(value * 1000) / 1000
