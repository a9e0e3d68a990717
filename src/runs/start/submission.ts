import type { Span } from '../../platform/tracing/tracing.ts'
import type { CacheWish } from '../reuse/cache-use.ts'
import type { RunRecord, RunRequest } from '../run.ts'

/** A file as it was sent. */
export interface SubmittedFile {
  /** What the caller calls it, if anything. */
  readonly name: string | null
  readonly data: Buffer
}

/** The request for a run, as the caller sent it. */
export interface Submission {
  readonly org: string
  readonly project: string
  readonly task: string
  readonly user: string
  readonly inputs: Readonly<Record<string, unknown>>
  /** Names of what stood beside the inputs and is not known: an input of that name would be one that was misplaced. */
  readonly strayNames: readonly string[]
  readonly files: readonly SubmittedFile[]
  readonly revision: string | null
  /** The name of a tag: the newest revision with this tag is run. */
  readonly revisionTag: string | null
  /** All runs with the same key go to the same revision as long as the weights allow it; absent or null: no key. */
  readonly splitKey?: string | null
  readonly llmConfig: Readonly<Record<string, unknown>> | null
  readonly useFallback: boolean
  readonly reference: string | null
  readonly reportingGroup: string | null
  /** Seconds that the run may take in all; null: the task's or the server's default. */
  readonly timeout: number | null
  readonly idempotencyKey: string | null
  /** The only task that the caller's token reaches; null for a token that reaches the whole project. */
  readonly onlyTask: string | null
  /** What happens when a limit of a model is in the way. */
  readonly onLimit: 'wait' | 'fail'
  /** What the caller says of the reuse of results; absent or null: what the task says. */
  readonly cache?: CacheWish
  /** True when the caller watches the run from its beginning. */
  readonly live: boolean
  /**
   * What the door that the run came by says of it, instead of how the caller waits and what the task says. Absent: nothing.
   */
  readonly instead?: Partial<Pick<RunRequest, 'mode' | 'outputRetries'>>
  /** The span of the HTTP request. */
  readonly span: Span
}

export interface StartedRun {
  /** The run: ended, or as it was when the wait was over. */
  readonly record: RunRecord
  /** True when the run was found by its idempotency key. */
  readonly replayed: boolean
  /** Headers that say how far limits are used; none where there are none. */
  readonly limitHeaders?: Readonly<Record<string, string>>
}
