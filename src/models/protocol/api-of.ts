import type { Model } from '../model.ts'
import { toChatRequest } from './chat-request.ts'
import { IMAGES } from './media/images-api.ts'
import { SPEECH } from './media/speech-api.ts'
import type { ModelApi } from './model-api.ts'
import { toChatCompletion } from './responses-answer.ts'
import { toResponsesRequest } from './responses-request.ts'

const CHAT: ModelApi = {
  name: 'chat',
  path: '/chat/completions',
  toRequest: toChatRequest,
  toCompletion: (body) => body,
}
const RESPONSES: ModelApi = {
  name: 'responses',
  path: '/responses',
  toRequest: toResponsesRequest,
  toCompletion: toChatCompletion,
}
const APIS = { chat: CHAT, responses: RESPONSES, images: IMAGES, speech: SPEECH } as const

/** The protocol that a model is asked by. */
export const apiOf = ({ api }: Model): ModelApi => APIS[api ?? 'chat']
