import type OpenAI from 'openai'
import type { FilePart, ModelRequest } from '../model.ts'
import { dataUrl, rawBase64 } from './data-url.ts'
import { audioOf } from './media/audio-wishes.ts'
import { type Turn, toTurns } from './prompt-turns.ts'
import { rulesOf, toMembers } from './request-parameters.ts'
import { inDialect } from './schema-dialect.ts'

type ChatRequest = OpenAI.ChatCompletionCreateParamsNonStreaming
type AudioWishes = OpenAI.ChatCompletionAudioParam
type ChatMessage = OpenAI.ChatCompletionMessageParam

/**
 * The request as the chat completions API has it. How the shape of the response is asked for depends on what the model
 * supports. When it supports nothing, the prompt must ask for it, and the caller has to add that.
 */
export function toChatRequest({ model, messages, parameters, schema, wants }: ModelRequest): ChatRequest {
  const rules = rulesOf(model)
  const request: ChatRequest = {
    ...toMembers(model, parameters),
    model: model.upstreamName,
    messages: toTurns(messages, rules.systemTurn).map(toMessage),
  }
  if (wants) {
    // The type knows no images, which several servers send all the same.
    request.modalities = [wants, 'text'] as unknown as ('text' | 'audio')[]
    if (wants === 'audio') request.audio = { ...request.audio, ...audioOf(request.audio) } as AudioWishes
  }
  if (schema && model.output === 'json_schema') {
    request.response_format = {
      type: 'json_schema',
      json_schema: {
        name: 'response',
        ...(rules.strict ? { strict: true } : {}),
        schema: { ...inDialect(schema, rules) },
      },
    }
  } else if (schema && model.output === 'json_object') {
    request.response_format = { type: 'json_object' }
  }
  return request
}

function toMessage({ role, text, images = [], files = [] }: Turn): ChatMessage {
  if (role !== 'user' || images.length + files.length === 0) return { role, content: text }
  const parts: OpenAI.ChatCompletionContentPart[] = [
    ...images.map((image) => ({ type: 'image_url' as const, image_url: { url: dataUrl(image) } })),
    ...files.map(toPart),
  ]
  // Some servers refuse an empty text part.
  return { role, content: /\S/.test(text) ? [{ type: 'text', text }, ...parts] : parts }
}

function toPart(file: FilePart): OpenAI.ChatCompletionContentPart {
  if (file.kind === 'pdf') return { type: 'file', file: { filename: file.name, file_data: dataUrl(file) } }
  return { type: 'input_audio', input_audio: { data: rawBase64(file), format: file.kind } }
}
