import type { ModelParameters } from '../models/model.ts'
import type { OutputFormat } from '../output/output-format.ts'
import type { Shown } from '../platform/shown.ts'
import type { revisionAnswer, taskAnswer } from './task-answer.ts'
import type { WeightedRevision } from './traffic.ts'

export type OutputModality = 'json' | 'text'

/** A task as it is stored: everything but its revisions. Names are the wire's. */
export interface Task {
  readonly id: string
  readonly org_id: string
  readonly project_id: string
  readonly name: string
  readonly description: string
  readonly enabled: boolean
  readonly output_modality: OutputModality
  readonly public: boolean
  readonly exposed_to_agents: boolean
  readonly task_run_visibility: string
  readonly created: string
  readonly modified: string
  readonly active_revisions: readonly WeightedRevision[]
  /** Seconds that a run may take in all, and within which it has to be started; null for the server's defaults. */
  readonly timeout: number | null
  readonly queue_timeout: number | null
  /** What follows when a worker is lost while its model call may have been paid. */
  readonly on_lost_attempt: 'retry' | 'fail'
}

/** A revision never changes, so it can be cached for ever. Names are the wire's. */
export interface Revision {
  readonly id: string
  readonly task_id: string
  readonly created: string
  readonly test: boolean
  readonly annotation: string | null
  readonly system_prompt: string
  readonly user_prompt: string
  readonly llm_model_id: string
  readonly llm_config: ModelParameters | null
  readonly output_modality: OutputModality
  /** Null for text. */
  readonly output_format: OutputFormat | null
  readonly input_params: readonly string[]
  readonly image_required: boolean
  readonly optimise_images: boolean
  /** Kept and shown; this server does not act on them. */
  readonly input_processors: readonly unknown[] | null
  readonly rag: unknown
  readonly task_forwarder_id: string | null
  readonly fallback_llm_model_id: string | null
  readonly fallback_llm_config: ModelParameters | null
}

/** The fields whose change makes a new revision. */
export const REVISION_FIELDS = [
  'test',
  'annotation',
  'system_prompt',
  'user_prompt',
  'llm_model_id',
  'llm_config',
  'output_format',
  'image_required',
  'optimise_images',
  'input_processors',
  'rag',
  'task_forwarder_id',
  'fallback_llm_model_id',
  'fallback_llm_config',
] as const satisfies readonly (keyof Revision)[]
export type RevisionFields = Pick<Revision, (typeof REVISION_FIELDS)[number]>

/** A revision on the wire. */
export function presentRevision(revision: Revision, active: boolean): Shown<typeof revisionAnswer> {
  const { task_id: _, ...shown } = revision
  return {
    ...shown,
    modified: revision.created,
    active,
    file_input_mode: revision.image_required ? 'image' : null,
    tags: [],
  }
}

/** A task on the wire, its revisions newest first. */
export function presentTask(task: Task, revisions: readonly Revision[]): Shown<typeof taskAnswer> {
  const { org_id: _, ...shown } = task
  const active = new Set(task.active_revisions.map((each) => each.task_revision_id))
  return {
    ...shown,
    revisions: revisions.map((revision) => presentRevision(revision, active.has(revision.id))),
    access_token: null,
    tags: [],
  }
}
