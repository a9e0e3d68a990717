import type { OutputFormat } from '../output/format.ts'

/** All but the first two are files of their runs. */
export type OutputModality = 'json' | 'text' | 'csv' | 'pdf' | 'image' | 'audio'
export type Visibility = 'owner_only' | 'editors_and_owners' | 'all_viewers'

/** Parameters of the model; the server refuses what it does not know. */
export interface LlmConfig {
  readonly temperature?: number | undefined
  readonly top_p?: number | undefined
  readonly max_tokens?: number | undefined
  readonly seed?: number | undefined
  readonly frequency_penalty?: number | undefined
  readonly presence_penalty?: number | undefined
  readonly stop?: string | readonly string[] | undefined
  readonly reasoning_effort?: 'none' | 'minimal' | 'low' | 'medium' | 'high' | 'xhigh' | undefined
  /** Goes into the request to the model as it is. */
  readonly extra?: Readonly<Record<string, unknown>> | undefined
}

/** Parameters as they are stored; one that was stored by an older version may have another effort. */
export interface StoredLlmConfig extends Omit<LlmConfig, 'reasoning_effort'> {
  readonly reasoning_effort?: string | undefined
}

export interface TagName {
  readonly id: string
  readonly name: string
}

/** One immutable version of a task. */
export interface Revision {
  readonly id: string
  readonly created: string
  readonly modified: string
  /** Whether it has a share of the traffic. */
  readonly active: boolean
  readonly test: boolean
  readonly annotation: string | null
  readonly system_prompt: string
  readonly user_prompt: string
  readonly llm_model_id: string
  readonly llm_config: StoredLlmConfig | null
  readonly output_modality: OutputModality
  readonly output_format: OutputFormat | null
  readonly input_params: readonly string[]
  readonly image_required: boolean
  readonly file_input_mode: 'none' | 'image' | 'file' | null
  readonly optimise_images: boolean
  readonly input_processors: readonly unknown[] | null
  readonly rag: { readonly [member: string]: unknown } | null
  readonly task_forwarder_id: string | null
  readonly fallback_llm_model_id: string | null
  readonly fallback_llm_config: StoredLlmConfig | null
  readonly tags: readonly TagName[]
}

export interface ActiveRevision {
  readonly task_revision_id: string
  readonly weight: number
}

/** What feedback on a run may say under one name; `good` is what is better. */
export type Score =
  | { readonly type: 'boolean'; readonly good: boolean }
  | { readonly type: 'number'; readonly min: number; readonly max: number; readonly good: 'high' | 'low' }
  | { readonly type: 'category'; readonly options: readonly string[]; readonly good: readonly string[] }

/** A prompt with a name: what callers run. */
export interface TaskRecord {
  readonly id: string
  readonly project_id: string
  readonly name: string
  /** By which OpenAI's clients call it. */
  readonly alias: string
  readonly description: string
  readonly enabled: boolean
  readonly output_modality: OutputModality
  readonly public: boolean
  readonly exposed_to_agents: boolean
  readonly task_run_visibility: Visibility
  readonly created: string
  readonly modified: string
  /** Newest first. */
  readonly revisions: readonly Revision[]
  readonly active_revisions: readonly ActiveRevision[]
  readonly timeout: number | null
  readonly queue_timeout: number | null
  readonly on_lost_attempt: 'retry' | 'fail'
  readonly on_truncated: 'accept' | 'fail'
  readonly output_retries: number
  /** Seconds for which results of its runs are reused by runs that ask the same; 0: not at all. */
  readonly cache: number
  /** What feedback on its runs may say, by name. */
  readonly scores: Readonly<Record<string, Score>>
  readonly access_token: string | null
  readonly tags: readonly TagName[]
}
