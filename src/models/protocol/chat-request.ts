import type OpenAI from 'openai'
import type { Message, ModelParameters, ModelRequest, ModelServer } from '../model.ts'
import { dataUrl } from './data-url.ts'

type ChatRequest = OpenAI.ChatCompletionCreateParamsNonStreaming
type ChatMessage = OpenAI.ChatCompletionMessageParam

/**
 * The request as the chat completions API has it. How the shape of the response is asked for depends on what the model
 * supports. When it supports nothing, the prompt must ask for it, and the caller has to add that.
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
 * One parameter has two names. OpenAI's own servers want `max_completion_tokens`, and their reasoning models refuse
 * `max_tokens`; most compatible servers know only `max_tokens`.
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
