import type { ModelParameters } from '../models/model.ts'
import type { OutputFormat } from '../output/output-format.ts'
import type { Shown } from '../platform/shown.ts'
import type { Tag } from './tag.ts'
import type { revisionResponse, taskResponse } from './task-response.ts'
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
  /** Seconds that a run may take in all, its wait for a worker included; null is the server's default. */
  readonly timeout: number | null
  /** Seconds that a run may wait to be started; null is the server's default. */
  readonly queue_timeout: number | null
  /** What becomes of a run whose worker died in the middle of it: the model may have been paid already. */
  readonly on_lost_attempt: 'retry' | 'fail'
  readonly created: string
  readonly modified: string
  readonly active_revisions: readonly WeightedRevision[]
}

/** A revision never changes, so it can be cached for ever. Names are the wire's. */
export interface Revision {
  readonly id: string
  readonly task_id: string
  readonly created: string
  /** A test can be run by its id or a tag, but never takes a share of the traffic. */
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
  readonly rag: Readonly<Record<string, unknown>> | null
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

/** A task with all that is shown of it. */
export interface WholeTask {
  readonly task: Task
  /** Counts the changes of the task; a save must name the one it was made from. */
  readonly version: number
  /** Newest first. */
  readonly revisions: readonly Revision[]
  /** By the id of what bears them: the task or a revision. */
  readonly tags: ReadonlyMap<string, readonly Tag[]>
}

/**
 * The strong validator of a task: it names one state of its fields, revisions and weights. Tags are put on beside
 * that, and leave it alone, as does a new access token. The time is in it for ids that are deleted and imported again.
 */
export function etagOf({ task, version }: { task: Task; version: number }): string {
  return `"${version}-${Date.parse(task.modified).toString(36)}"`
}

const nameTags = (tags: readonly Tag[] = []) => tags.map(({ id, name }) => ({ id, name }))

/** A revision on the wire. */
export function presentRevision(
  revision: Revision,
  active: boolean,
  tags?: readonly Tag[],
): Shown<typeof revisionResponse> {
  const { task_id: _, ...shown } = revision
  return {
    ...shown,
    modified: revision.created,
    active,
    file_input_mode: revision.image_required ? 'image' : null,
    tags: nameTags(tags),
  }
}

/** Which revisions of a task are shown. Tests are not, unless they are asked for. */
export interface ShownRevisions {
  readonly includeTests?: boolean
  /** Only those that bear this tag. */
  readonly tag?: string | undefined
  /** Shown in any case: the one that a call has just made. */
  readonly made?: string | null
}

/** A task on the wire, its revisions newest first. */
export function presentTask(
  { task, revisions, tags }: WholeTask,
  shown: ShownRevisions = {},
): Shown<typeof taskResponse> {
  const { org_id: _, ...fields } = task
  const active = new Set(task.active_revisions.map((each) => each.task_revision_id))
  const isShown = ({ id, test }: Revision) =>
    id === shown.made ||
    ((shown.includeTests || !test) &&
      (shown.tag === undefined || tags.get(id)?.some((tag) => tag.id === shown.tag)))
  return {
    ...fields,
    revisions: revisions
      .filter(isShown)
      .map((revision) => presentRevision(revision, active.has(revision.id), tags.get(revision.id))),
    access_token: null,
    tags: nameTags(tags.get(task.id)),
  }
}
