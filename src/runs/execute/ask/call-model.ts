import type { ModelLimiters } from '../../../models/limits/model-limiter.ts'
import { type Completion, type ModelClient, ModelError, type ModelRequest } from '../../../models/model.ts'
import { describeCompletion, describeFailure, startChatSpan } from '../../../models/protocol/chat-span.ts'
import type { Span } from '../../../platform/tracing/tracing.ts'
import { Deferred } from './deferred.ts'

export interface CallModelDeps {
  readonly client: ModelClient
  readonly limiters: ModelLimiters
  /** The parent span of the model calls. */
  readonly span: Span
}

/**
 * Calls a model once, with a place in its limiter. Returns its answer, or the failure that it ended with.
 * @param watch gets the time of the call, in ms
 * @param begin called when the call is about to be made, where its answer is wanted as it comes; returns what takes it
 * @throws {Deferred} when the model has no room
 */
export async function callModel(
  { client, limiters, span: parent }: CallModelDeps,
  request: ModelRequest,
  watch: { model: number },
  signal: AbortSignal,
  begin: (() => ModelRequest['onText']) | null,
): Promise<Completion | ModelError> {
  const { id } = request.model
  if (!limiters.enter(id)) throw new Deferred(0, id)
  const span = startChatSpan(parent, request)
  const started = performance.now()
  try {
    const onText = begin?.()
    const traced = { ...request, trace: span.context }
    const completion = await client.complete(onText ? { ...traced, onText } : traced, signal)
    describeCompletion(span, completion)
    return completion
  } catch (error) {
    if (!(error instanceof ModelError)) throw error
    describeFailure(span, error)
    return error
  } finally {
    limiters.leave(id)
    span.end()
    watch.model += performance.now() - started
  }
}
