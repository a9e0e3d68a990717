import type { OutputFormat } from '../output/format.ts'
import type { LlmConfig, OutputModality, Score, Visibility } from './task.ts'

interface OptionalFields {
  /** `pmpt_...`; null for the one that is made of the id. */
  readonly alias?: string | null | undefined
  readonly description?: string | null | undefined
  readonly public?: boolean | undefined
  readonly exposed_to_agents?: boolean | undefined
  readonly task_run_visibility?: Visibility | null | undefined
  /** Seconds that a run may take in all. */
  readonly timeout?: number | null | undefined
  /** Seconds within which a run has to be started. */
  readonly queue_timeout?: number | null | undefined
  readonly on_lost_attempt?: 'retry' | 'fail' | undefined
  readonly on_truncated?: 'accept' | 'fail' | undefined
  readonly output_retries?: number | undefined
  readonly cache?: number | null | undefined
  /** What feedback on its runs may say, by name; null for none. */
  readonly scores?: Readonly<Record<string, Score>> | null | undefined
  readonly output_modality?: OutputModality | undefined
  readonly annotation?: string | null | undefined
  readonly llm_config?: LlmConfig | null | undefined
  readonly output_format?: OutputFormat | null | undefined
  readonly image_required?: boolean | null | undefined
  readonly file_input_mode?: 'none' | 'image' | 'file' | null | undefined
  readonly optimise_images?: boolean | null | undefined
  readonly input_processors?: readonly unknown[] | null | undefined
  readonly rag?: Readonly<Record<string, unknown>> | null | undefined
  readonly task_forwarder_id?: string | null | undefined
  readonly fallback_llm_model_id?: string | null | undefined
  readonly fallback_llm_config?: LlmConfig | null | undefined
}

interface NeededFields {
  readonly name: string
  readonly enabled: boolean
  readonly system_prompt: string
  readonly user_prompt: string
  /** A model's id, name or alias. */
  readonly llm_model_id: string
}

/** A task and its first revision, which takes all the traffic. */
export interface NewTask extends NeededFields, OptionalFields {
  readonly test?: false | undefined
}

/** What is to change. A changed field of the revision makes a new revision, inactive unless told otherwise. */
export interface TaskChange extends Partial<NeededFields>, OptionalFields {
  readonly test?: boolean | undefined
  /** These two never change; they are taken so that a task can be sent back as it was read. */
  readonly id?: string | undefined
  readonly project_id?: string | undefined
  /** Replaces the whole set; a weight of null counts as 1. */
  readonly active_revisions?:
    | readonly { readonly task_revision_id: string; readonly weight?: number | null | undefined }[]
    | undefined
  /** True gives all the traffic to the revision that this makes, or to the newest if it makes none. */
  readonly activate?: boolean | undefined
  /** Gives that revision this share beside the active ones. */
  readonly weight?: number | null | undefined
}

/** What is shown of tasks. */
export interface ShownRevisions {
  /** Also test revisions. */
  readonly include_tests?: boolean | undefined
  /** Most revisions of a task, newest first. */
  readonly revisions?: number | undefined
  /** Also the active revisions that `revisions` leaves out. */
  readonly include_active?: boolean | undefined
}

export interface TaskQuery extends ShownRevisions {
  /** Only revisions that bear this tag. */
  readonly revision_tag_id?: string | undefined
}

export interface TaskFilter extends ShownRevisions {
  /** Only tasks that bear this tag. */
  readonly tag_id?: string | undefined
  /** Most results of one page, 1-100. */
  readonly page_limit?: number | undefined
}
