import type { Completion, Model, ModelError, ModelRequest, TokenUsage } from '../../../models/model.ts'
import { estimateMessageTokens } from '../../../models/protocol/estimate-tokens.ts'
import { isAskedWait } from '../../../models/protocol/retry.ts'
import { isCostExact, possibleCost } from '../../attempt-cost.ts'
import type { AttemptEnd } from '../../ledger.ts'
import type { RunError, RunRequest } from '../../run.ts'
import { limitReached } from '../run-errors.ts'
import { FILTERED } from './decide-after-answer.ts'
import type { LongWait } from './deferred.ts'

/** The end of an attempt that got an answer. `invalid`: the answer is no response. */
export function endOfAnswer(
  model: Model,
  completion: Completion,
  outcome: 'succeeded' | 'invalid',
): AttemptEnd {
  const { finishReason } = completion
  return {
    outcome,
    model: model.name,
    ...counted(completion, model),
    finishReason: finishReason ?? undefined,
  }
}

/** The end of an attempt that failed. */
export function endOfFailure(request: ModelRequest, failure: ModelError): AttemptEnd {
  const { kind, code, type } = failure
  return {
    outcome: kind,
    model: request.model.name,
    ...costOfFailure(request, failure),
    code: code ?? type ?? undefined,
    ...(isAskedWait(failure) ? { putOff: true as const } : {}),
  }
}

/** What was billed for a call that failed, as far as that is known, or what it may have cost. */
export function costOfFailure(
  { model, parameters, messages }: ModelRequest,
  { finishReason, usage, maybeBilled }: ModelError,
): Pick<AttemptEnd, 'inputTokens' | 'outputTokens'> & Partial<AttemptEnd> {
  return {
    ...(usage ? counted(usage, model) : { inputTokens: 0, outputTokens: 0 }),
    ...(maybeBilled && !usage && possibleCost(model, parameters, estimateMessageTokens(messages))),
    finishReason: finishReason ?? undefined,
  }
}

/** The counts of an attempt; what is 0 or as usual is left out, since it is stored with each. */
function counted(usage: TokenUsage, { price }: Model) {
  const { inputTokens, outputTokens, cachedTokens, cacheWriteTokens, reasoningTokens, estimated } = usage
  return {
    inputTokens,
    outputTokens,
    ...(cachedTokens > 0 && { cachedTokens }),
    ...(cacheWriteTokens > 0 && { cacheWriteTokens }),
    ...(reasoningTokens > 0 && { reasoningTokens }),
    ...(estimated && { estimated }),
    ...(!isCostExact(usage, price) && { inexact: true as const }),
  }
}

/** The caller is told the kind of failure, never the text of the provider. */
export function errorOfFailure(failure: ModelError): RunError {
  const { kind, status, code, retryable, retryAfterMs } = failure
  if (kind === 'content_filtered') return FILTERED
  // The codes of connections are our own, those of servers are not.
  const more =
    kind === 'connection' && code !== null ? `, ${code}` : status !== null ? `, status ${status}` : ''
  return {
    reason: kind === 'retired' ? 'MODEL_RETIRED' : 'MODEL_ERROR',
    message: `The model gave no answer (${kind}${more}).`,
    retryable,
    // A call that was put off is given up only where the run has no time for the wait.
    ...(isAskedWait(failure) && { retryAfter: Math.ceil((retryAfterMs ?? 0) / 1000) }),
  }
}

/** Of a model that was not asked, since its server asks for too long a wait. */
export function errorOfLongWait(wait: LongWait, { onLimit }: Pick<RunRequest, 'onLimit'>): RunError {
  const reached = limitReached(wait)
  if (onLimit === 'fail') return reached
  const message = 'The model was not asked: its server asks for a longer wait than the run has time for.'
  return { ...reached, reason: 'MODEL_ERROR', message }
}
