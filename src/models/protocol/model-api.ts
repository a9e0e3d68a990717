import type { ModelRequest } from '../model.ts'

/** One of the protocols that models are asked by. Answers have one shape, that of a chat completion, so they are read alike. */
export interface ModelApi {
  readonly name: 'chat' | 'responses' | 'images' | 'speech'
  /** Below the base URL. */
  readonly path: string
  /** True: an answer is bytes and no JSON. */
  readonly isBinary?: boolean
  /** The body of a request; only for `JSON.stringify`. */
  toRequest(request: ModelRequest): object
  /** The body of an answer, whatever its shape, as a chat completion. */
  toCompletion(body: unknown): unknown
}
