import type { Span } from '../../platform/tracing/tracing.ts'
import type { RunRecord } from '../run.ts'

/** What a caller wants run. */
export interface Submission {
  readonly org: string
  readonly project: string
  readonly task: string
  readonly user: string
  readonly inputs: Readonly<Record<string, unknown>>
  readonly images: readonly Buffer[]
  readonly revision: string | null
  /** The name of a tag: the newest revision that bears it. */
  readonly revisionTag: string | null
  readonly llmConfig: Readonly<Record<string, unknown>> | null
  readonly useFallback: boolean
  readonly reference: string | null
  readonly reportingGroup: string | null
  /** Seconds that the run may take in all; null for what its task or the server says. */
  readonly timeout: number | null
  readonly idempotencyKey: string | null
  /** The span of the call. */
  readonly span: Span
}

export interface StartedRun {
  /** The run: ended, or as it stood when the wait was over. */
  readonly record: RunRecord
  /** True when the idempotency key had it already. */
  readonly replayed: boolean
}
