import type { Span } from '../../platform/tracing/tracing.ts'
import type { Completion, ModelError, ModelRequest } from '../model.ts'

/**
 * Starts the span of one model call below `parent`, by OpenTelemetry's conventions for generative AI. It has the model
 * and its parameters, never the prompt.
 */
export function startChatSpan(parent: Span, { model, parameters, schema, wants }: ModelRequest): Span {
  // Without a context nothing is recorded, so the attributes need not be computed.
  if (!parent.context) return parent
  const { hostname, port, protocol } = new URL(model.server.baseUrl)
  const operation = model.api === 'images' || model.api === 'speech' ? 'generate_content' : 'chat'
  return parent.child(`${operation} ${model.upstreamName}`, {
    kind: 'client',
    attributes: {
      'gen_ai.operation.name': operation,
      'gen_ai.provider.name': model.provider,
      'gen_ai.request.model': model.upstreamName,
      'gen_ai.output.type': schema ? 'json' : wants === 'audio' ? 'speech' : (wants ?? 'text'),
      'gen_ai.request.temperature': parameters.temperature,
      'gen_ai.request.top_p': parameters.top_p,
      'gen_ai.request.max_tokens': parameters.max_tokens,
      'gen_ai.request.seed': parameters.seed,
      'gen_ai.request.frequency_penalty': parameters.frequency_penalty,
      'gen_ai.request.presence_penalty': parameters.presence_penalty,
      'server.address': hostname,
      'server.port': Number(port) || (protocol === 'https:' ? 443 : 80),
    },
  })
}

/** Adds model, finish reason and tokens of the completion, never its text. */
export function describeCompletion(
  span: Span,
  { model, finishReason, inputTokens, outputTokens }: Completion,
): void {
  span.set({
    'gen_ai.response.model': model ?? undefined,
    'gen_ai.response.finish_reasons': finishReason === null ? undefined : [finishReason],
    'gen_ai.usage.input_tokens': inputTokens,
    'gen_ai.usage.output_tokens': outputTokens,
  })
}

/** Adds the kind and the status of a failed call. */
export function describeFailure(span: Span, { kind, status }: ModelError): void {
  span.set({ 'http.response.status_code': status ?? undefined })
  span.fail(kind)
}
