import type { TraceContext } from '../platform/tracing/tracing.ts'
import type { Completion } from './completion.ts'
import type { RateLimits } from './limits/rate-limits.ts'
import type { ModelServer } from './model-server.ts'
import type { RequestRules } from './request-rules.ts'

export type { Completion, Ending, TokenUsage } from './completion.ts'
export { ModelError, type ModelErrorDetails, type ModelErrorKind } from './model-error.ts'
export type { ModelServer } from './model-server.ts'

/**
 * How a model is made to return JSON of a given shape, best first: it follows a JSON Schema, it guarantees some JSON
 * object, or the prompt can only ask for it.
 */
export type OutputCapability = 'json_schema' | 'json_object' | 'none'

/** Currency units per million tokens. Without a price of their own, cached and written tokens cost as much as others. */
export interface ModelPrice {
  readonly input: number
  readonly cachedInput?: number
  readonly cacheWrite?: number
  readonly output: number
}

/** One model, as the configuration describes it. */
export interface Model {
  /** UUID version 5 of the name unless the configuration fixes one: the same in every process. */
  readonly id: string
  /** The name in revisions, lists and metrics. */
  readonly name: string
  readonly alias: string
  /** The name that the server knows the model by. */
  readonly upstreamName: string
  readonly provider: string
  readonly description: string
  readonly server: ModelServer
  /** Which of OpenAI's protocols it is asked by; absent: chat completions. `images` and `speech` give nothing else. */
  readonly api?: 'chat' | 'responses' | 'images' | 'speech'
  readonly output: OutputCapability
  readonly supportsVision: boolean
  readonly supportsImageOutput: boolean
  /** Whether it speaks; absent: not. */
  readonly supportsAudioOutput?: boolean
  /** Whether it is sent PDF documents, and recordings, as they are; absent: not. */
  readonly supportsPdf?: boolean
  readonly supportsAudio?: boolean
  readonly retired: boolean
  /** When it is asked for a stream; absent: `live`, where somebody listens. */
  readonly stream?: 'live' | 'always' | 'never'
  /** Whether its server is asked for the usage of streams (`stream_options`); absent: yes. */
  readonly streamUsage?: boolean
  /** How requests differ from the protocol; absent: as `usualRules` has it for the server. */
  readonly rules?: RequestRules
  /** Most tokens of one answer, where that is known: a second try is never given more. */
  readonly maxOutputTokens?: number
  /** `keep`: what the model writes of its reasoning stays in its text. Absent: it is taken out. */
  readonly reasoningInText?: 'strip' | 'keep'
  /** Null where no price is known. */
  readonly price: ModelPrice | null
  /** Of this model alone, for the whole fleet; absent: none but its server's. */
  readonly limits?: RateLimits
}

/** Parameters of the contract's `llm_config`, named as on the wire. All are optional, and validated before. */
export interface ModelParameters {
  readonly temperature?: number | undefined
  readonly top_p?: number | undefined
  readonly max_tokens?: number | undefined
  readonly seed?: number | undefined
  readonly frequency_penalty?: number | undefined
  readonly presence_penalty?: number | undefined
  readonly stop?: string | readonly string[] | undefined
  readonly reasoning_effort?: string | undefined
  /** Goes into the request as it is. */
  readonly extra?: Readonly<Record<string, unknown>> | undefined
}

export interface ImagePart {
  /** `image/jpeg` and so on. */
  readonly mediaType: string
  readonly base64: string
}

/** A PDF document, or a recording. */
export interface FilePart extends ImagePart {
  readonly kind: 'pdf' | 'mp3' | 'wav'
  readonly name: string
}

/** One message of the conversation with a model. Only messages of the user may have images and files. */
export interface Message {
  readonly role: 'system' | 'user' | 'assistant'
  readonly text: string
  readonly images?: readonly ImagePart[]
  readonly files?: readonly FilePart[]
}

export interface ModelRequest {
  readonly model: Model
  readonly messages: readonly Message[]
  readonly parameters: ModelParameters
  /** The strict JSON Schema of the response, or null for plain text. */
  readonly schema: Readonly<Record<string, unknown>> | null
  /** What the answer is to be, beside a text; absent: nothing. */
  readonly wants?: 'image' | 'audio'
  /** The schema as a text for the prompt, where its server turns out to know no schemas. */
  readonly schemaInWords?: () => string
  /**
   * Gets the text of the answer as it comes, in order, where the model is streamed; it must not throw. The texts of a call
   * that fails are void. Absent, and no stream by configuration: the answer comes at once.
   */
  readonly onText?: (delta: string) => void
  /**
   * How far apart, in ms, texts are wanted that come one soon after the other. All that comes until the next multiple of it
   * (of `performance.now()`) may be heard then, the end of the answer too. Absent: each text is heard as it comes.
   */
  readonly paceMs?: number
  /** Told, before a request goes out, which parameters it has where those are not the ones above. */
  readonly onParameters?: (sent: ModelParameters) => void
  /** The span of the call, for servers that join the trace; absent or null: no `traceparent` is sent. */
  readonly trace?: TraceContext | null
  /** Told the headers of the server's answer, whatever it says; must not throw. */
  readonly onHeaders?: (header: (name: string) => string | null) => void
}

/** Calls models. One per process; it pools connections per server. */
export interface ModelClient {
  /**
   * Calls the model once, without retries.
   * @throws {ModelError} for every failure; of kind `aborted` when `signal` fired
   */
  complete(request: ModelRequest, signal: AbortSignal): Promise<Completion>
  close(): Promise<void>
}
