import type { ModelParameters } from '../models/model.ts'
import type { OutputFormat } from '../output/output-format.ts'
import type { Shown } from '../platform/shown.ts'
import { shownAlias } from './naming/task-alias.ts'
import type { OutputModality } from './output-modality.ts'
import type { Scores } from './scores/score.ts'
import type { Rollout } from './split/rollout.ts'
import type { Shadow } from './split/shadow.ts'
import type { Split } from './split/split.ts'
import type { Tag } from './tags/tag.ts'
import type { Visibility } from './task-fields.ts'
import type { revisionResponse, taskResponse } from './task-response.ts'
import type { WeightedRevision } from './traffic.ts'

export type { OutputModality }

/** A task as it is stored, without its revisions. Names are those on the wire. */
export interface Task {
  readonly id: string
  readonly org_id: string
  readonly project_id: string
  readonly name: string
  /** By which OpenAI's clients call it; null: the one that is made of its id. */
  readonly alias: string | null
  readonly description: string
  readonly enabled: boolean
  readonly output_modality: OutputModality
  readonly public: boolean
  readonly exposed_to_agents: boolean
  readonly task_run_visibility: Visibility
  /** Seconds that a run may take in all, including its wait for a worker; null: the server's default. */
  readonly timeout: number | null
  /** Seconds within which a run has to be started; null: the server's default. */
  readonly queue_timeout: number | null
  /** What happens when a worker is lost during a model call, which may have been charged. */
  readonly on_lost_attempt: 'retry' | 'fail'
  /** Whether a text that the model was cut off in is a response; `accept` only for text. */
  readonly on_truncated: 'accept' | 'fail'
  /** How often an answer of a model that is no response is asked for again. */
  readonly output_retries: number
  /** For how many seconds results of its runs are reused by runs that ask the same; 0: not at all. */
  readonly cache: number
  /** What feedback on its runs may say, by name. */
  readonly scores: Scores
  readonly created: string
  readonly modified: string
  readonly active_revisions: readonly WeightedRevision[]
  /** Which of them gets which runs. */
  readonly split: Split
  /** The present or the last rollout of one of its revisions. */
  readonly rollout: Rollout | null
  /** What runs beside its runs; null: nothing. */
  readonly shadow: Shadow | null
}

/** A revision. It never changes, so it can be cached for ever. Names are those on the wire. */
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
  /** Null for text; of a table, that of its rows, where they have one. */
  readonly output_format: OutputFormat | null
  readonly input_params: readonly string[]
  readonly image_required: boolean
  /** Absent: images may be sent, or must be where one is required. `file`: a document or an image must be sent. */
  readonly file_input_mode?: 'none' | 'file' | undefined
  readonly optimise_images: boolean
  /** `ProcessorUse`s, or what is kept and not acted on. */
  readonly input_processors: readonly unknown[] | null
  readonly rag: Readonly<Record<string, unknown>> | null
  readonly task_forwarder_id: string | null
  readonly fallback_llm_model_id: string | null
  readonly fallback_llm_config: ModelParameters | null
}

/** A change of one of these fields creates a new revision. */
export const REVISION_FIELDS = [
  'test',
  'annotation',
  'system_prompt',
  'user_prompt',
  'llm_model_id',
  'llm_config',
  'output_format',
  'image_required',
  'file_input_mode',
  'optimise_images',
  'input_processors',
  'rag',
  'task_forwarder_id',
  'fallback_llm_model_id',
  'fallback_llm_config',
] as const satisfies readonly (keyof Revision)[]
export type RevisionFields = Pick<Revision, (typeof REVISION_FIELDS)[number]>

/** A task with its revisions and tags. */
export interface WholeTask {
  readonly task: Task
  /** Number of changes of the task; a save must name the version that it is based on. */
  readonly version: number
  /** Newest first. */
  readonly revisions: readonly Revision[]
  /** Tags by the id of the task or revision that has them. */
  readonly tags: ReadonlyMap<string, readonly Tag[]>
}

/**
 * The ETag of a task, a strong validator: it names one state of its fields, revisions and weights. Tags and access tokens
 * are not part of this state. It contains the time, since a task that is deleted and imported again has version 1 again.
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
    file_input_mode: revision.image_required ? 'image' : (revision.file_input_mode ?? null),
    tags: nameTags(tags),
  }
}

/** Which revisions of a task are shown. Tests only with `includeTests`. */
export interface ShownRevisions {
  readonly includeTests?: boolean
  /** Only revisions with this tag. */
  readonly tag?: string | undefined
  /** Id of the revision that the call has just created; it is always shown. */
  readonly made?: string | null
  /** So many at most, newest first. */
  readonly most?: number | undefined
  /** Also the active ones beyond these. */
  readonly includeActive?: boolean
}

/** A task on the wire, its revisions newest first. */
export function presentTask(
  { task, revisions, tags }: WholeTask,
  shown: ShownRevisions = {},
): Shown<typeof taskResponse> {
  const { org_id: _, split: __, rollout: ___, shadow: ____, ...fields } = task
  const active = new Set(task.active_revisions.map((each) => each.task_revision_id))
  const isShown = ({ id, test }: Revision) =>
    id === shown.made ||
    ((shown.includeTests || !test) &&
      (shown.tag === undefined || tags.get(id)?.some((tag) => tag.id === shown.tag)))
  return {
    ...fields,
    alias: shownAlias(task),
    revisions: revisions
      .filter(isShown)
      .filter(({ id }, at) => at < (shown.most ?? Infinity) || (shown.includeActive && active.has(id)))
      .map((revision) => presentRevision(revision, active.has(revision.id), tags.get(revision.id))),
    access_token: null,
    tags: nameTags(tags.get(task.id)),
  }
}
