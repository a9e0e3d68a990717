import { errorIn } from '../../failures/error-in-success.ts'
import type { ModelRequest } from '../../model.ts'
import type { ModelApi } from '../model-api.ts'
import { rulesOf, toMembers } from '../request-parameters.ts'
import { audioOf } from './audio-wishes.ts'

/** OpenAI's endpoint that reads a text aloud: the user's prompt, as the system prompt says. */
export const SPEECH: ModelApi = {
  name: 'speech',
  path: '/audio/speech',
  isBinary: true,
  toRequest,
  toCompletion,
}

/** What says that it failed is read as what it says, also with a success. */
function toCompletion(body: unknown): unknown {
  if (!Buffer.isBuffer(body) && errorIn(body, undefined) !== null) return body
  return { choices: [{ index: 0, message: { content: '', audio: { data: body } }, finish_reason: 'stop' }] }
}

function toRequest({ model, messages, parameters }: ModelRequest): object {
  const { audio, ...members } = toMembers(model, parameters)
  const { voice, format } = audioOf(audio)
  const of = (role: string) => messages.filter((each) => each.role === role).map(({ text }) => text)
  const instructed = !rulesOf(model).dropped.includes('instructions')
  return {
    voice,
    ...members,
    model: model.upstreamName,
    input: of('user').join('\n\n'),
    ...(instructed ? { instructions: of('system').join('\n\n') } : {}),
    response_format: format,
  }
}
