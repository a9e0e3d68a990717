import type { TraceContext } from '../platform/tracing/tracing.ts'

/**
 * How a model can be made to answer in a given shape, best first: by a JSON Schema that it follows, by a
 * promise to answer with some JSON object, or only by being asked to.
 */
export type OutputCapability = 'json_schema' | 'json_object' | 'none'

/** A server that speaks the OpenAI protocol. Its key is a secret: it is never logged and never shown. */
export interface ModelServer {
  readonly name: string
  /** With the version segment, as the openai package expects it: `https://api.openai.com/v1`. */
  readonly baseUrl: string
  /** Empty where the server wants none: no Authorization header is sent then. */
  readonly apiKey: string
  /** How long one call may take before it counts as hung, in milliseconds. */
  readonly timeoutMs: number
}

/** One model, as the configuration describes it. */
export interface Model {
  /** UUID version 5 of the name unless the configuration fixes one: the same in every process. */
  readonly id: string
  /** What callers and lists show. */
  readonly name: string
  readonly alias: string
  /** What the server is asked for. */
  readonly upstreamName: string
  readonly provider: string
  readonly description: string
  readonly server: ModelServer
  readonly output: OutputCapability
  readonly supportsVision: boolean
  readonly supportsImageOutput: boolean
  readonly retired: boolean
  /** Currency units per million tokens; null where no price is known. */
  readonly price: { readonly input: number; readonly output: number } | null
}

/** Parameters of the contract's `llm_config`; names as on the wire. All optional, all validated before. */
export interface ModelParameters {
  readonly temperature?: number | undefined
  readonly top_p?: number | undefined
  readonly max_tokens?: number | undefined
  readonly seed?: number | undefined
  readonly frequency_penalty?: number | undefined
  readonly presence_penalty?: number | undefined
  readonly stop?: string | readonly string[] | undefined
  readonly reasoning_effort?: string | undefined
}

export interface ImagePart {
  /** `image/jpeg` and so on. */
  readonly mediaType: string
  readonly base64: string
}

/** One turn of the conversation with the model. Images may only stand in a user turn. */
export interface Message {
  readonly role: 'system' | 'user' | 'assistant'
  readonly text: string
  readonly images?: readonly ImagePart[]
}

export interface ModelRequest {
  readonly model: Model
  readonly messages: readonly Message[]
  readonly parameters: ModelParameters
  /** The strict JSON Schema of the wanted answer, or null for plain text. */
  readonly schema: Readonly<Record<string, unknown>> | null
  /** The span of the call, for a server that joins in the trace; absent or null: nothing is sent of it. */
  readonly trace?: TraceContext | null
}

export interface Completion {
  readonly text: string
  /** What the server says that answered; null when it does not. */
  readonly model: string | null
  readonly inputTokens: number
  readonly outputTokens: number
  /** `stop`, `length`, `content_filter`, ... as the server says it. */
  readonly finishReason: string
  /** The model's words when it refuses to answer, else null. */
  readonly refusal: string | null
}

export type ModelErrorKind =
  | 'rate_limited'
  | 'server_error'
  | 'timeout'
  | 'connection'
  | 'bad_request'
  | 'authentication'
  | 'bad_answer'
  | 'aborted'

/**
 * A model call that gave no answer. Whether trying again can help is decided once, here, where the failure
 * is understood. `message` may hold the provider's words: it is for the log, not for callers.
 */
export class ModelError extends Error {
  override readonly name = 'ModelError'
  readonly kind: ModelErrorKind
  readonly retryable: boolean
  /** What the server asked us to wait (`retry-after-ms`, `retry-after`), in milliseconds; null if it did not. */
  readonly retryAfterMs: number | null
  readonly status: number | null

  constructor(
    kind: ModelErrorKind,
    message: string,
    details: { retryable: boolean; retryAfterMs?: number | null; status?: number | null; cause?: unknown },
  ) {
    super(message, { cause: details.cause })
    this.kind = kind
    this.retryable = details.retryable
    this.retryAfterMs = details.retryAfterMs ?? null
    this.status = details.status ?? null
  }
}

/** Calls models. One per process; it pools connections per server. */
export interface ModelClient {
  /**
   * Asks the model once, never retrying by itself.
   * @throws {ModelError} for every failure, `kind: 'aborted'` when `signal` fired.
   */
  complete(request: ModelRequest, signal: AbortSignal): Promise<Completion>
  close(): Promise<void>
}
