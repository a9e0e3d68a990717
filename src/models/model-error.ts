import type { TokenUsage } from './completion.ts'

/**
 * Why a call failed; runs show it as the outcome of the attempt. `quota_exhausted`: the account is empty. `loading`: the
 * model is being loaded and will be there. `retired`: the server does not have it. `content_filtered`: the request was
 * not let through to the model. `bad_answer`: what came is no answer. `local`: this process cannot make calls.
 */
export type ModelErrorKind =
  | 'rate_limited'
  | 'quota_exhausted'
  | 'loading'
  | 'server_error'
  | 'timeout'
  | 'connection'
  | 'bad_request'
  | 'authentication'
  | 'content_filtered'
  | 'retired'
  | 'bad_answer'
  | 'aborted'
  | 'local'

/** What is known of a failure beside its kind. */
export interface ModelErrorDetails {
  readonly retryable: boolean
  readonly retryAfterMs?: number | null
  readonly status?: number | null
  readonly code?: string | null
  readonly type?: string | null
  readonly partial?: string | null
  readonly finishReason?: string | null
  readonly usage?: TokenUsage | null
  readonly maybeBilled?: boolean
  readonly cause?: unknown
}

/**
 * A model call that failed. Whether a retry can help is decided once, where this error is made (`classifyFailure`).
 * `message` may contain text of the provider: it is for the log, not for callers.
 */
export class ModelError extends Error {
  override readonly name = 'ModelError'
  readonly kind: ModelErrorKind
  readonly retryable: boolean
  /** How long the server asks to wait, in milliseconds; null if it does not. */
  readonly retryAfterMs: number | null
  readonly status: number | null
  /** The server's own code (`insufficient_quota`), or that of the connection (`ECONNREFUSED`). */
  readonly code: string | null
  /** The server's own type of error. */
  readonly type: string | null
  /** What had come of the answer. */
  readonly partial: string | null
  /** How the answer ended, where one had begun. */
  readonly finishReason: string | null
  /** What was billed all the same, or is estimated from what had come. */
  readonly usage: TokenUsage | null
  /** True where the model may have answered, and may be paid for it, though the answer is lost. */
  readonly maybeBilled: boolean

  constructor(kind: ModelErrorKind, message: string, details: ModelErrorDetails) {
    super(message, { cause: details.cause })
    this.kind = kind
    this.retryable = details.retryable
    this.retryAfterMs = details.retryAfterMs ?? null
    this.status = details.status ?? null
    this.code = details.code ?? null
    this.type = details.type ?? null
    this.partial = details.partial ?? null
    this.finishReason = details.finishReason ?? null
    this.usage = details.usage ?? null
    this.maybeBilled = details.maybeBilled ?? false
  }
}
