import type { Reason } from './shapes/reason.ts'
import type { Run } from './shapes/run.ts'

/** One thing that is wrong: where, a text for a person, and its kind. */
export interface Issue {
  readonly loc: readonly (string | number)[]
  readonly msg: string
  readonly type: string
}

export interface ErrorFacts {
  readonly status?: number | null
  readonly retryable?: boolean
  readonly retryAfterMs?: number | null
  readonly runId?: string | null
  readonly run?: Run | null
  readonly issues?: readonly Issue[]
  readonly requestId?: string | null
  readonly detail?: Readonly<Record<string, unknown>>
  readonly cause?: unknown
}

/**
 * A call that was refused, a run that did not succeed, or a server that could not be reached. What a caller branches on is
 * `reason`. Aborting by a signal is no such error: it rejects with the signal's own reason.
 */
export class SplitrunError extends Error {
  override readonly name = 'SplitrunError'
  readonly reason: Reason
  /** The status of HTTP; null where the client found it. */
  readonly status: number | null
  /** Whether the same call may succeed later. */
  readonly retryable: boolean
  /** How long to wait before; null where the server did not say. */
  readonly retryAfterMs: number | null
  /** The run, wherever there is one. */
  readonly runId: string | null
  /** The whole run, once it has ended. */
  readonly run: Run | null
  /** What is wrong with the request (INVALID_REQUEST), or with the output (OUTPUT_MISMATCH). */
  readonly issues: readonly Issue[]
  /** By which the server's log knows the call. */
  readonly requestId: string | null
  /** Everything that the server said beside `reason` and `message`. */
  readonly detail: Readonly<Record<string, unknown>>

  constructor(reason: Reason, message: string, facts: ErrorFacts = {}) {
    super(`${reason}: ${message}`, facts.cause === undefined ? {} : { cause: facts.cause })
    this.reason = reason
    this.status = facts.status ?? null
    this.retryable = facts.retryable ?? false
    this.retryAfterMs = facts.retryAfterMs ?? null
    this.run = facts.run ?? null
    this.runId = facts.runId ?? this.run?.id ?? null
    this.issues = facts.issues ?? []
    this.requestId = facts.requestId ?? null
    this.detail = facts.detail ?? {}
  }
}
