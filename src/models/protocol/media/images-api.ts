import type { ModelRequest } from '../../model.ts'
import { fieldOf, textOf } from '../json-field.ts'
import type { ModelApi } from '../model-api.ts'
import { rulesOf, toMembers } from '../request-parameters.ts'

/** These send the picture itself in any case, and refuse to be asked for that. */
const SENDS_BYTES = /gpt-image|chatgpt-image/i

/** OpenAI's endpoint that makes an image of a text: both prompts are that text. */
export const IMAGES: ModelApi = { name: 'images', path: '/images/generations', toRequest, toCompletion }

function toRequest({ model, messages, parameters }: ModelRequest): object {
  const bytes = !SENDS_BYTES.test(model.upstreamName) && !rulesOf(model).dropped.includes('response_format')
  return {
    ...toMembers(model, parameters),
    model: model.upstreamName,
    prompt: messages.map(({ text }) => text).join('\n\n'),
    n: 1,
    // An address would have to be fetched.
    ...(bytes ? { response_format: 'b64_json' } : {}),
  }
}

function toCompletion(body: unknown): unknown {
  const data = fieldOf(body, 'data')
  const image: unknown = Array.isArray(data) ? data[0] : null
  if (!Array.isArray(data)) return body
  const message = { content: textOf(image, 'revised_prompt') ?? '', images: image ? [image] : [] }
  return {
    model: fieldOf(body, 'model'),
    choices: [{ index: 0, message, finish_reason: 'stop' }],
    usage: fieldOf(body, 'usage'),
  }
}
