import type { Completion, Model, ModelError, TokenUsage } from '../../../models/model.ts'
import { isAskedWait } from '../../../models/protocol/retry.ts'
import { isCostExact } from '../../attempt-cost.ts'
import type { AttemptEnd } from '../../ledger.ts'
import type { RunError } from '../../run.ts'
import { FILTERED } from './decide-after-answer.ts'

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

/** The end of an attempt that failed; what was billed for it all the same counts. */
export function endOfFailure(model: Model, failure: ModelError): AttemptEnd {
  const { kind, code, type, finishReason, usage } = failure
  return {
    outcome: kind,
    model: model.name,
    ...(usage ? counted(usage, model) : { inputTokens: 0, outputTokens: 0 }),
    finishReason: finishReason ?? undefined,
    code: code ?? type ?? undefined,
    ...(isAskedWait(failure) ? { putOff: true as const } : {}),
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
export function errorOfFailure({ kind, status, code, retryable }: ModelError): RunError {
  if (kind === 'content_filtered') return FILTERED
  // The codes of connections are our own, those of servers are not.
  const more =
    kind === 'connection' && code !== null ? `, ${code}` : status !== null ? `, status ${status}` : ''
  return {
    reason: kind === 'retired' ? 'MODEL_RETIRED' : 'MODEL_ERROR',
    message: `The model gave no answer (${kind}${more}).`,
    retryable,
  }
}
