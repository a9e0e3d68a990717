import type { Model, ModelParameters } from '../models/model.ts'
import { elapsed, sharedNow } from '../platform/clock.ts'
import { creditsOf } from './attempt-cost.ts'
import type { Stopwatch } from './execute/ask/ask-model.ts'
import type { AskResult } from './execute/ask/ask-result.ts'
import type { PreparedCall } from './execute/ask/prepare-call.ts'
import type { AbortReason } from './execute/executions.ts'
import type { ProcessedInputs } from './execute/inputs/process-inputs.ts'
import type { KeptResult } from './reuse/kept-result.ts'
import type { Attempt, RunError, RunRequest, RunResult } from './run.ts'

/** What the code that ends a run knows of it. Members are absent where the execution did not get so far. */
export interface Outcome {
  readonly error: RunError | null
  readonly model?: Model | null
  readonly prepared?: PreparedCall
  /** The parameters that were sent to the model. */
  readonly parameters?: ModelParameters
  readonly watch?: Stopwatch
  /** The fence of the claim that the stopwatch is of. */
  readonly fence?: number
  /** Since when it waited for a limit before its first call, ms since the epoch. */
  readonly limited?: number | null
  readonly asked?: AskResult
  readonly processed?: ProcessedInputs
  readonly outputFile?: string
  readonly usedFallback?: boolean
  readonly primaryFailure?: string | null
  /** The result of another run that is its own. */
  readonly reused?: Pick<KeptResult, 'run' | 'credits'>
  /** Whether another run was about the same before. */
  readonly repeated?: boolean | undefined
}

/** The errors of runs that were aborted. */
export const ABORT_ERRORS: Readonly<Record<Exclude<AbortReason, 'stopping'>, RunError>> = {
  cancelled: { reason: 'RUN_CANCELLED', message: 'The run was cancelled.', retryable: false },
  expired: { reason: 'RUN_EXPIRED', message: 'The time that the run was given is over.', retryable: true },
}

const STATUS_OF: Readonly<Record<string, RunResult['status']>> = {
  RUN_CANCELLED: 'cancelled',
  RUN_EXPIRED: 'expired',
}

/**
 * The result that is stored when a run ends. Tokens, time and credits are sums over all its attempts, failed ones too;
 * each attempt is charged at the price of its own model.
 * @param claimed when it was first claimed, ms since the epoch; null when it never was, or nobody knows
 */
export function resultOf(
  request: RunRequest,
  claimed: number | null,
  attempts: readonly Attempt[],
  outcome: Outcome,
  findModel: (name: string) => Model | null,
): RunResult {
  const { model = null, prepared, watch, asked, error } = outcome
  const settled = sharedNow()
  const inputs = round(watch?.inputs ?? 0)
  const modelsCalled = new Set(attempts.map((attempt) => attempt.model))
  return {
    status: error ? (STATUS_OF[error.reason] ?? 'failed') : 'succeeded',
    settled,
    response: asked?.response ?? null,
    outputFile: outcome.outputFile ?? null,
    processed: outcome.processed?.changed ?? null,
    error,
    partial: error ? (asked?.partial ?? null) : null,
    finishReason: asked?.finishReason ?? attempts.at(-1)?.finishReason ?? null,
    model: model?.name ?? null,
    modelId: model?.id ?? null,
    parameters: { ...outcome.parameters },
    promptHash: prepared?.promptHash ?? null,
    inputTokens: sum(attempts, (attempt) => attempt.inputTokens),
    outputTokens: sum(attempts, (attempt) => attempt.outputTokens),
    cachedTokens: sum(attempts, (attempt) => attempt.cachedTokens ?? 0),
    reasoningTokens: sum(attempts, (attempt) => attempt.reasoningTokens ?? 0),
    estimated: attempts.some((attempt) => attempt.estimated),
    costExact: !attempts.some((attempt) => attempt.inexact),
    credits: sum(attempts, (attempt) => creditsOf(attempt, findModel)),
    possibleCredits: sum(attempts, (attempt) => attempt.possibleCredits ?? 0),
    inputSeconds: inputs / 1000,
    timings: {
      queued: elapsed(request.created, outcome.limited ?? claimed ?? attempts[0]?.started ?? settled),
      waiting_on_limit: round(
        sum(attempts, (attempt, at) => pauseAfter(attempt, attempts[at + 1])) +
          (outcome.limited ? elapsed(outcome.limited, attempts[0]?.started ?? settled) : 0) +
          (watch?.limit ?? 0),
      ),
      ...(inputs > 0 && { inputs }),
      model: round((watch?.model ?? 0) + modelTimeOf(attempts, watch ? outcome.fence : undefined)),
      validate: round(watch?.validate ?? 0),
      total: elapsed(request.created, settled),
    },
    outputCheck: asked?.check ?? null,
    retries: Math.max(0, attempts.length - Math.max(1, modelsCalled.size)),
    usedFallback: outcome.usedFallback ?? false,
    primaryFailure: outcome.primaryFailure ?? null,
    ...(outcome.repeated && { repeated: true as const }),
    ...(outcome.reused && { cachedFrom: outcome.reused.run, savedCredits: outcome.reused.credits }),
  }
}

/** Between two attempts a run waits until its model recovers, or until the limiter has room. In ms. */
function pauseAfter(attempt: Attempt, next: Attempt | undefined): number {
  return attempt.ended === null || !next ? 0 : elapsed(attempt.ended, next.started)
}

/** Time of all calls but those of a claim that a stopwatch has measured, in ms. */
function modelTimeOf(attempts: readonly Attempt[], measured: number | undefined): number {
  return sum(attempts, (each) =>
    each.fence === measured || each.ended === null ? 0 : elapsed(each.started, each.ended),
  )
}

function sum<T>(all: readonly T[], of: (each: T, at: number) => number): number {
  return all.reduce((total, each, at) => total + of(each, at), 0)
}

const round = (value: number): number => Math.round(value * 1000) / 1000
