import { isoWriter } from '../platform/iso-time.ts'
import type { Shown } from '../platform/shown.ts'
import { traceIdOf } from '../platform/tracing/tracing.ts'
import { presentWait } from './present-wait.ts'
import { filesOfRun, isFinal, type RunError, type RunHead, type RunRecord, type Timings } from './run.ts'
import type { runResponse, runSummary } from './run-response.ts'

export type PresentedRun = Shown<typeof runResponse>
export type PresentedSummary = Shown<typeof runSummary>

const iso = isoWriter()
/** A writer of its own, since a writer is fast for times within one second, and deadlines lie in another. */
const isoDeadline = isoWriter()

/** A run on the wire: section 6 of the contract, with what section 8 adds. Numbers are 0 until the run has ended. */
export function presentRun(record: RunRecord): PresentedRun {
  const { request, attempts, result } = record
  return {
    ...presentSummary(record),
    response: result?.response ?? null,
    error: result?.error ? presentError(result.error, result.partial) : null,
    run_data: {
      submitted: result?.processed ? { ...request.inputs, ...result.processed } : request.inputs,
      files: filesOfRun(record),
    },
    attempts: attempts.map((attempt) => ({
      number: attempt.number,
      started: iso(attempt.started),
      ended: attempt.ended === null ? null : iso(attempt.ended),
      outcome: attempt.outcome,
      model: attempt.model,
      input_tokens: attempt.inputTokens,
      output_tokens: attempt.outputTokens,
      cached_tokens: attempt.cachedTokens ?? 0,
      reasoning_tokens: attempt.reasoningTokens ?? 0,
      estimated: attempt.estimated ?? false,
      cost_exact: !attempt.inexact,
      possible_credits: creditsText(attempt.possibleCredits ?? 0),
      finish_reason: attempt.finishReason ?? null,
      code: attempt.code ?? null,
    })),
  }
}

const presentTimings = ({ queued, waiting_on_limit, inputs = 0, ...rest }: Timings) => ({
  ...{ queued, waiting_on_limit, inputs },
  ...rest,
})

/** A summary has no `partial`, which may be as long as a response. */
function presentError({ reason, message, retryable, refusal }: RunError, partial: string | null) {
  return { reason, message, retryable, refusal: refusal ?? null, partial }
}

const creditsText = (millionths: number): string => (millionths / 1_000_000).toFixed(2)

const NO_SCORES = {}

/** A run as a list shows it with `?fields=summary`. */
export function presentSummary({
  request,
  status,
  revision,
  split,
  result,
  waitingOn,
  scores,
}: Omit<RunHead, 'bytes' | 'headBytes'>): PresentedSummary {
  const files = filesOfRun({ request, result })
  const input = result?.inputTokens ?? 0
  const output = result?.outputTokens ?? 0
  return {
    id: request.id,
    task_id: request.task,
    project_id: request.project,
    task_revision_id: revision ?? request.revision,
    split,
    slot: request.slot,
    shadow_of: request.shadowOf ?? null,
    user_id: request.user,
    created: iso(request.created),
    status,
    done: isFinal(status),
    files,
    file_names: files.map((_, at) => request.fileNames[at] ?? null),
    input_tokens: input,
    output_tokens: output,
    total_tokens: input + output,
    cached_tokens: result?.cachedTokens ?? 0,
    reasoning_tokens: result?.reasoningTokens ?? 0,
    estimated: result?.estimated ?? false,
    cost_exact: result?.costExact ?? true,
    input_processor_timing: result?.inputSeconds ?? 0,
    llm_call_timing: Math.round(result?.timings.model ?? 0) / 1000,
    charged_credits: creditsText(result?.credits ?? 0),
    possible_credits: creditsText(result?.possibleCredits ?? 0),
    cached_from: result?.cachedFrom ?? null,
    saved_credits: creditsText(result?.savedCredits ?? 0),
    is_error: status === 'failed' || status === 'expired' || status === 'cancelled',
    error: result?.error ? presentError(result.error, null) : null,
    finish_reason: result?.finishReason ?? null,
    llm_retries: result?.retries ?? 0,
    used_fallback_model: result?.usedFallback ?? false,
    primary_failure_reason: result?.primaryFailure ?? null,
    fallback_llm_model_id: result?.usedFallback ? result.modelId : null,
    reporting_group: request.reportingGroup,
    reference: request.reference,
    model: result?.model ?? null,
    llm_model_id: result?.modelId ?? null,
    llm_config: result?.parameters ?? request.llmConfig,
    prompt_hash: result?.promptHash ?? null,
    output_check: result?.outputCheck ?? null,
    deadline: isoDeadline(request.deadline),
    settled: result ? iso(result.settled) : null,
    trace_id: traceIdOf(request.trace),
    timings: result ? presentTimings(result.timings) : null,
    waiting_on: presentWait(waitingOn),
    scores: scores ?? NO_SCORES,
  }
}
