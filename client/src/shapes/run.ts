import type { LlmConfig } from './task.ts'

export type RunStatus = 'queued' | 'running' | 'succeeded' | 'failed' | 'cancelled' | 'expired'

/** Why a run did not succeed. Branch on `reason`; `message` is for a person. */
export interface RunError {
  readonly reason: string
  readonly message: string
  readonly retryable: boolean
  /** The words of a model that refused. */
  readonly refusal: string | null
  /** What there was of the answer. */
  readonly partial: string | null
}

/** A limit of a model or of its server that a run waits for. */
export interface WaitingOn {
  readonly type: 'model' | 'server' | 'budget'
  readonly name: string
  /** As `tokens_per_minute`; `server` where the server itself asked to wait. */
  readonly limit: string
  readonly until: string
}

/** Milliseconds. */
export interface Timings {
  readonly queued: number
  readonly waiting_on_limit: number
  /** Input processors, and files made ready for the model. */
  readonly inputs: number
  readonly model: number
  readonly validate: number
  readonly total: number
}

interface Tokens {
  readonly input_tokens: number
  readonly output_tokens: number
  readonly cached_tokens: number
  readonly reasoning_tokens: number
  readonly estimated: boolean
  readonly cost_exact: boolean
}

/** One call of a model for a run. */
export interface Attempt extends Tokens {
  readonly number: number
  readonly started: string
  readonly ended: string | null
  readonly outcome: string
  readonly model: string | null
  readonly possible_credits: string
  readonly finish_reason: string | null
  readonly code: string | null
}

/** A run as lists show it with `fields: 'summary'`. Times are ISO 8601; numbers are 0 until it has ended. */
export interface RunSummary extends Tokens {
  readonly id: string
  readonly task_id: string
  readonly project_id: string
  readonly task_revision_id: string | null
  /** Number of the version of the weights that its revision was drawn by; null where it was not drawn, or not yet. */
  readonly split: number | null
  readonly slot: number | null
  /** The run of a caller that it was made beside; null for a caller's own. */
  readonly shadow_of: string | null
  readonly user_id: string
  readonly created: string
  readonly status: RunStatus
  /** True once the status is final. */
  readonly done: boolean
  /** Names for `files.get`, in the order sent; last the one that the task answers with. */
  readonly files: readonly string[]
  /** What the caller called each of the `files`; null where that was not said or is not kept. */
  readonly file_names: readonly (string | null)[]
  readonly total_tokens: number
  readonly input_processor_timing: number
  readonly llm_call_timing: number
  readonly charged_credits: string
  /** What calls may have cost whose answers are lost; decimal, no part of `charged_credits`. */
  readonly possible_credits: string
  /** The run whose result it has, since it asks the same; null where it was executed itself. */
  readonly cached_from: string | null
  /** What that other run cost; decimal. */
  readonly saved_credits: string
  readonly is_error: boolean
  readonly error: RunError | null
  readonly finish_reason: string | null
  readonly llm_retries: number
  readonly used_fallback_model: boolean
  readonly primary_failure_reason: string | null
  readonly fallback_llm_model_id: string | null
  readonly reporting_group: string | null
  readonly reference: string | null
  readonly model: string | null
  readonly llm_model_id: string | null
  readonly llm_config: Readonly<Record<string, unknown>> | null
  readonly prompt_hash: string | null
  readonly output_check: 'valid' | 'repaired' | 'invalid' | null
  readonly deadline: string
  readonly settled: string | null
  readonly trace_id: string | null
  readonly timings: Timings | null
  /** The limit that it waits for while it is queued; null where it waits for none that is known. */
  readonly waiting_on: WaitingOn | null
  /** What was said of it last, by the names of the scores that its task declares. */
  readonly scores: Readonly<Record<string, boolean | number | string>>
}

interface RunPayload {
  /** What the task's `output_format` describes, a string for text; null until it succeeded. */
  readonly response: unknown
  readonly run_data: {
    readonly submitted: Readonly<Record<string, unknown>>
    readonly files: readonly string[]
  }
  readonly attempts: readonly Attempt[]
}

/** The response of a task that answers with a file. */
export interface FileResponse {
  /** One of the run's `files`, for `file`. */
  readonly file: string
  readonly media_type: string
  readonly bytes: number
  /** The table, the Markdown of a document, what was spoken; null where nothing is known. */
  readonly text: string | null
}

/** A run. */
export interface Run extends RunSummary, RunPayload {}

/** A run in a list: without its payload where `fields: 'summary'` was asked for. */
export interface ListedRun extends RunSummary {
  readonly response?: unknown
  readonly run_data?: RunPayload['run_data'] | undefined
  readonly attempts?: RunPayload['attempts'] | undefined
}

/** Which runs a list shows. Dates are as in reports: `2026-01-15`, an instant, `yesterday`, `7 days ago`. */
export interface RunFilter {
  readonly status?: RunStatus | undefined
  readonly task_revision_id?: string | undefined
  readonly reference?: string | undefined
  readonly reporting_group?: string | undefined
  readonly reason?: string | undefined
  /** Name or id. */
  readonly model?: string | undefined
  /** Milliseconds from creation to end. */
  readonly min_ms?: number | undefined
  /** What was said of it last: `helpful`, `helpful:false`, `stars:1..2`. */
  readonly score?: string | undefined
  readonly fields?: 'all' | 'summary' | undefined
  readonly start_date?: string | undefined
  readonly end_date?: string | undefined
  /** Most results of one page, 1-100. */
  readonly page_limit?: number | undefined
}

/** What a call that starts a run may say of it; the names are those of the wire. */
export interface RunWishes {
  /** The revision to run, active or not; one is drawn by weight where none is named. */
  readonly revision_id?: string | undefined
  /** The newest revision that bears this tag. */
  readonly revision_tag?: string | undefined
  /** Runs with the same key get the same revision, as long as the weights allow: the id of an end user, for instance. */
  readonly split_key?: string | undefined
  readonly reporting_group?: string | undefined
  readonly use_fallback_model?: boolean | undefined
  /** Seconds until the run expires, wherever it is then. */
  readonly timeout?: number | undefined
  /** What happens when a limit of the model is in the way. */
  readonly on_limit?: 'wait' | 'fail' | undefined
  /**
   * What of the task's `cache` holds for this run: seconds, `false` (it has no part in it), or `refresh` (it is executed, and
   * its result is kept).
   */
  readonly cache?: number | false | 'refresh' | undefined
  /** What becomes of the run when the caller stops waiting: `signal`, or a connection that breaks. Default `continue`. */
  readonly on_disconnect?: 'continue' | 'cancel' | undefined
  /** The caller's own; shown in the run, and runs can be listed by it. */
  readonly reference?: string | undefined
  /** Overrides the revision's, key by key. */
  readonly llm_config?: LlmConfig | undefined
}
