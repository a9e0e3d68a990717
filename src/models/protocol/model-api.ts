import type { Model, ModelRequest } from '../model.ts'
import { toChatRequest } from './chat-request.ts'
import { toChatCompletion } from './responses-answer.ts'
import { toResponsesRequest } from './responses-request.ts'

/** One of the protocols that models are asked by. Answers have one shape, that of a chat completion, so they are read alike. */
export interface ModelApi {
  readonly name: 'chat' | 'responses'
  /** Below the base URL. */
  readonly path: string
  /** The body of a request; only for `JSON.stringify`. */
  toRequest(request: ModelRequest): object
  /** The body of an answer, whatever its shape, as a chat completion. */
  toCompletion(body: unknown): unknown
}

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

export const apiOf = ({ api }: Model): ModelApi => (api === 'responses' ? RESPONSES : CHAT)
