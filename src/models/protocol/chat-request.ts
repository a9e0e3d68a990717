import type OpenAI from 'openai'
import type { Message, ModelParameters, ModelRequest, ModelServer } from '../model.ts'
import { dataUrl } from './data-url.ts'

type ChatRequest = OpenAI.ChatCompletionCreateParamsNonStreaming
type ChatMessage = OpenAI.ChatCompletionMessageParam

/**
 * The request as the chat completions API spells it. How the shape of the answer is asked for follows from
 * what the model can do; where it can do nothing, the prompt alone must ask, and that is the caller's part.
 */
export function toChatRequest({ model, messages, parameters, schema }: ModelRequest): ChatRequest {
  const request: ChatRequest = {
    model: model.upstreamName,
    messages: messages.map(toMessage),
    ...toParameters(parameters, model.server),
  }
  if (schema && model.output === 'json_schema') {
    request.response_format = {
      type: 'json_schema',
      json_schema: { name: 'response', strict: true, schema: { ...schema } },
    }
  } else if (schema && model.output === 'json_object') {
    request.response_format = { type: 'json_object' }
  }
  return request
}

function toMessage({ role, text, images }: Message): ChatMessage {
  if (role !== 'user' || !images?.length) return { role, content: text }
  const parts: OpenAI.ChatCompletionContentPart[] = images.map((image) => ({
    type: 'image_url',
    image_url: { url: dataUrl(image) },
  }))
  // Some servers refuse an empty text part.
  return { role, content: text ? [{ type: 'text', text }, ...parts] : parts }
}

/**
 * Every parameter has its own name on the wire but one: OpenAI's own servers want `max_completion_tokens`,
 * and their reasoning models refuse `max_tokens`, which is all that most compatible servers know.
 */
function toParameters(parameters: ModelParameters, server: ModelServer): Partial<ChatRequest> {
  const { max_tokens, ...rest } = parameters
  const sent: Record<string, unknown> = { ...rest }
  if (max_tokens !== undefined) sent[isOpenAi(server) ? 'max_completion_tokens' : 'max_tokens'] = max_tokens
  return sent
}

/** True for `api.openai.com` and its regional names (`eu.api.openai.com`). */
function isOpenAi(server: ModelServer): boolean {
  return `.${new URL(server.baseUrl).hostname}`.endsWith('.api.openai.com')
}
