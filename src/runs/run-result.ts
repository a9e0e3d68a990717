import type { Model, ModelParameters } from '../models/model.ts'
import type { Asked, Stopwatch } from './execute/ask-model.ts'
import type { BreakReason } from './execute/executions.ts'
import type { PreparedCall } from './execute/prepare-call.ts'
import type { Attempt, RunError, RunRequest, RunResult } from './run.ts'

/** How a run ended, in the words of who ended it; what is absent did not come about. */
export interface Outcome {
  readonly error: RunError | null
  readonly model?: Model | null
  readonly prepared?: PreparedCall
  /** As they were sent to the model. */
  readonly parameters?: ModelParameters
  readonly watch?: Stopwatch
  readonly asked?: Asked
  readonly usedFallback?: boolean
  readonly primaryFailure?: string | null
}

/** The errors of runs that were broken off. */
export const BROKEN_OFF: Readonly<Record<Exclude<BreakReason, 'stopping'>, RunError>> = {
  cancelled: { reason: 'RUN_CANCELLED', message: 'The run was cancelled.', retryable: false },
  expired: { reason: 'RUN_EXPIRED', message: 'The time that the run was given is over.', retryable: true },
}

const STATUS_OF: Readonly<Record<string, RunResult['status']>> = {
  RUN_CANCELLED: 'cancelled',
  RUN_EXPIRED: 'expired',
}

/**
 * What is stored of a run's end. Tokens, time and credits are those of all its attempts, failed ones too, each at the
 * price of the model that it asked.
 * @param claimed when it was first claimed, ms since the epoch; null when it never was
 */
export function resultOf(
  request: RunRequest,
  claimed: number | null,
  attempts: readonly Attempt[],
  outcome: Outcome,
  findModel: (name: string) => Model | null,
): RunResult {
  const { model = null, prepared, watch, asked, error } = outcome
  const settled = Date.now()
  const asking = new Set(attempts.map((attempt) => attempt.model))
  return {
    status: error ? (STATUS_OF[error.reason] ?? 'failed') : 'succeeded',
    settled,
    response: asked?.response ?? null,
    error,
    model: model?.name ?? null,
    modelId: model?.id ?? null,
    parameters: { ...outcome.parameters },
    promptHash: prepared?.promptHash ?? null,
    inputTokens: sum(attempts, (attempt) => attempt.inputTokens),
    outputTokens: sum(attempts, (attempt) => attempt.outputTokens),
    credits: sum(attempts, (attempt) => creditsOf(attempt, findModel)),
    inputSeconds: round(prepared?.inputSeconds ?? 0),
    timings: {
      queued: (claimed ?? settled) - request.created,
      waiting_on_limit: sum(attempts, (attempt, at) => pauseAfter(attempt, attempts[at + 1])),
      model: round((watch?.model ?? 0) + earlierModelTime(attempts)),
      validate: round(watch?.validate ?? 0),
      total: settled - request.created,
    },
    outputCheck: asked?.check ?? null,
    retries: Math.max(0, attempts.length - Math.max(1, asking.size)),
    usedFallback: outcome.usedFallback ?? false,
    primaryFailure: outcome.primaryFailure ?? null,
  }
}

/** Millionths of a currency unit, whole: a price per million tokens is millionths per token. */
export function creditsOf(attempt: Attempt, findModel: (name: string) => Model | null): number {
  const price = attempt.model ? findModel(attempt.model)?.price : null
  return price ? Math.round(attempt.inputTokens * price.input + attempt.outputTokens * price.output) : 0
}

/** Between two attempts the run waits: for a model to recover, or for its lane. */
function pauseAfter(attempt: Attempt, next: Attempt | undefined): number {
  return attempt.ended === null || !next ? 0 : Math.max(0, next.started - attempt.ended)
}

/** Calls of earlier claims, which no stopwatch of this one has measured. */
function earlierModelTime(attempts: readonly Attempt[]): number {
  const fence = attempts.at(-1)?.fence
  return sum(attempts, (each) =>
    each.fence === fence || each.ended === null ? 0 : each.ended - each.started,
  )
}

function sum<T>(all: readonly T[], of: (each: T, at: number) => number): number {
  return all.reduce((total, each, at) => total + of(each, at), 0)
}

const round = (value: number): number => Math.round(value * 1000) / 1000
