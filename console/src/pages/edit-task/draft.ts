import type { OutputModality, Revision, TaskChange, TaskRecord } from '@splitrun/client'
import { numberOf } from '../../parts/number-of.ts'
import { orderedJson, settableOf } from '../../parts/revisions/settable.ts'

/** What the editor changes, all of it as text or as it is on the wire. */
export interface Draft {
  readonly name: string
  readonly description: string
  readonly enabled: boolean
  readonly system_prompt: string
  readonly user_prompt: string
  readonly output_modality: OutputModality
  /** JSON; empty for none. */
  readonly output_format: string
  readonly llm_model_id: string
  readonly fallback_llm_model_id: string
  /** JSON; empty for none. */
  readonly llm_config: string
  /** Empty: images may be sent, and need not. */
  readonly file_input_mode: '' | 'none' | 'image' | 'file'
  /** JSON; empty for none. */
  readonly input_processors: string
  /** JSON; empty for none. */
  readonly scores: string
  /** Seconds; empty for what the settings say. */
  readonly timeout: string
  /** Seconds; empty for none. */
  readonly cache: string
  readonly annotation: string
}
export type Field = keyof Draft

/** What the fields are called, in the order in which changes are shown. */
export const FIELDS: Readonly<Record<Field, string>> = {
  name: 'Name',
  description: 'Description',
  enabled: 'On',
  system_prompt: 'System prompt',
  user_prompt: 'User prompt',
  output_modality: 'Output',
  output_format: 'Output format',
  llm_model_id: 'Model',
  fallback_llm_model_id: 'Fallback model',
  llm_config: 'Parameters of the model',
  file_input_mode: 'Files',
  input_processors: 'Input processors',
  scores: 'Scores of feedback',
  timeout: 'Timeout',
  cache: 'Results reused',
  annotation: 'Annotation',
}

/** Fields of the task itself: changing them makes no revision. */
const OF_TASK: ReadonlySet<Field> = new Set(['name', 'description', 'enabled', 'timeout', 'cache', 'scores'])
const AS_JSON: ReadonlySet<Field> = new Set(['output_format', 'llm_config', 'input_processors', 'scores'])
const NULL_IF_EMPTY: ReadonlySet<Field> = new Set([
  'fallback_llm_model_id',
  'annotation',
  'timeout',
  'cache',
  'file_input_mode',
  ...AS_JSON,
])

const written = (value: unknown): string => (value === null ? '' : JSON.stringify(value, null, 2))

export const EMPTY_DRAFT: Draft = {
  ...{ name: '', description: '', enabled: true, timeout: '', cache: '', annotation: '' },
  ...{ file_input_mode: '', input_processors: '', scores: '' },
  ...{
    system_prompt: '',
    user_prompt: '',
    output_modality: 'json',
    output_format: '{\n  "answer": "string"\n}',
  },
  ...{ llm_model_id: '', fallback_llm_model_id: '', llm_config: '' },
}

/** A task with one of its revisions, as the editor shows it. */
export function draftOf(task: TaskRecord, revision: Revision): Draft {
  return {
    name: task.name,
    description: task.description,
    enabled: task.enabled,
    system_prompt: revision.system_prompt,
    user_prompt: revision.user_prompt,
    output_modality: revision.output_modality,
    output_format: written(revision.output_format),
    llm_model_id: revision.llm_model_id,
    fallback_llm_model_id: revision.fallback_llm_model_id ?? '',
    llm_config: written(revision.llm_config),
    file_input_mode: revision.file_input_mode ?? '',
    input_processors: written(revision.input_processors?.length ? revision.input_processors : null),
    scores: written(Object.keys(task.scores).length > 0 ? task.scores : null),
    timeout: task.timeout === null ? '' : String(task.timeout),
    cache: task.cache === 0 ? '' : String(task.cache),
    annotation: revision.annotation ?? '',
  }
}

/** The revision that changes are laid over, and that stands for a task: the newest that is no test. */
export const currentRevision = ({ revisions }: TaskRecord): Revision | undefined =>
  revisions.find(({ test }) => !test) ?? revisions[0]

const fieldsOf = Object.keys(FIELDS) as Field[]

/** Fields in which two drafts differ. */
export const changedFields = (before: Draft, after: Draft): Field[] =>
  fieldsOf.filter((field) => before[field] !== after[field])

/** Whether a change of these fields makes a revision. */
export const makesRevision = (fields: readonly Field[]): boolean =>
  fields.some((field) => !OF_TASK.has(field))

/** Those of some fields that belong to the task itself. */
export const fieldsOfTask = (fields: readonly Field[]): Field[] =>
  fields.filter((field) => OF_TASK.has(field))

/** A field as text, for a comparison. */
export const textOf = (draft: Draft, field: Field): string => String(draft[field])

/**
 * The fields of a draft as they go over the wire.
 * @throws {SyntaxError | TypeError} where JSON or a number is none; its message begins with the field's name
 */
export function wireOf(draft: Draft, fields: readonly Field[] = fieldsOf): TaskChange {
  return Object.fromEntries(
    fields.map((field) => {
      const value = draft[field]
      if (value === '' && NULL_IF_EMPTY.has(field)) return [field, null]
      if (field === 'timeout' || field === 'cache') return [field, numberOf(FIELDS[field], String(value))]
      return [field, AS_JSON.has(field) ? parse(field, String(value)) : value]
    }),
  )
}

/**
 * All that makes a revision of a draft what it is, as it goes over the wire. None of it is left to the server, which takes
 * what is missing from another revision than the one that the draft may have begun from.
 * @param opened the revision that the draft began from, which has what the editor does not show
 * @throws {SyntaxError} as `wireOf`
 */
export const revisionOf = (draft: Draft, opened: Revision | undefined): TaskChange => ({
  ...(opened && hiddenOf(opened)),
  ...wireOf(
    draft,
    fieldsOf.filter((field) => !OF_TASK.has(field) && field !== 'output_modality'),
  ),
})

/** What one sets of a revision, and the editor does not show. Whether an image is needed is said by the mode of files. */
const hiddenOf = (revision: Revision): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(settableOf(revision)).filter(([name]) => !(name in FIELDS) && name !== 'image_required'),
  )

/** Whether two revisions differ in what the editor does not show. */
export const differUnseen = (one: Revision, other: Revision): boolean =>
  orderedJson(hiddenOf(one)) !== orderedJson(hiddenOf(other))

function parse(field: Field, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new SyntaxError(`${FIELDS[field]}: ${(error as Error).message}`)
  }
}
