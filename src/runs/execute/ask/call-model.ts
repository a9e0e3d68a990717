import { type Completion, type ModelClient, ModelError, type ModelRequest } from '../../../models/model.ts'
import { describeCompletion, describeFailure, startChatSpan } from '../../../models/protocol/chat-span.ts'
import type { Span } from '../../../platform/tracing/tracing.ts'
import { type EnterLimitsDeps, enterLimits } from './enter-limits.ts'

export interface CallModelDeps extends EnterLimitsDeps {
  readonly client: ModelClient
  /** The parent span of the model calls. */
  readonly span: Span
}

/**
 * Calls a model once, when its limits let the call through. Returns its answer, or the failure that it ended with.
 * @param watch gets the time of the call, and of the wait for it, in ms
 * @param begin called when the call is about to be made, where its answer is wanted as it comes; returns what hears it
 * @throws what `enterLimits` does when it does not
 */
export async function callModel(
  deps: CallModelDeps,
  request: ModelRequest,
  watch: { model: number; limit: number },
  signal: AbortSignal,
  begin: (() => Pick<ModelRequest, 'onText' | 'paceMs'>) | null,
): Promise<Completion | ModelError> {
  const came = performance.now()
  const entering = enterLimits(deps, request, signal)
  const entered = entering instanceof Promise ? await entering : entering
  const span = startChatSpan(deps.span, request)
  const started = performance.now()
  watch.limit += started - came
  let answer: Completion | ModelError | null = null
  try {
    const heard = begin?.()
    const { onHeaders } = entered
    const traced = { ...request, trace: span.context, ...(onHeaders && { onHeaders }) }
    answer = await deps.client.complete(heard ? { ...traced, ...heard } : traced, signal)
    describeCompletion(span, answer)
    return answer
  } catch (error) {
    if (!(error instanceof ModelError)) throw error
    answer = error
    describeFailure(span, error)
    return error
  } finally {
    entered.leave(answer)
    span.end()
    watch.model += performance.now() - started
  }
}
