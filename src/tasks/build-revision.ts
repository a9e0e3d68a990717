import { createHash } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import type { ModelRegistry } from '../models/model-registry.ts'
import { ValidationError } from '../platform/errors.ts'
import { newId } from '../platform/ids.ts'
import { parametersOf } from './prompt.ts'
import { type OutputModality, REVISION_FIELDS, type Revision, type RevisionFields } from './task.ts'
import type { UpdateTaskInput } from './task-input.ts'

/** What a revision is before anything is said about it. The prompts and the model are always given. */
const BLANK: Omit<RevisionFields, 'system_prompt' | 'user_prompt' | 'llm_model_id'> = {
  test: false,
  annotation: null,
  llm_config: null,
  output_format: null,
  image_required: false,
  optimise_images: true,
  input_processors: null,
  rag: null,
  task_forwarder_id: null,
  fallback_llm_model_id: null,
  fallback_llm_config: null,
}

export const MODEL_FIELDS = ['llm_model_id', 'fallback_llm_model_id'] as const

/**
 * The revision that follows from those before (newest first) and what was sent, or null when nothing would differ from
 * the newest one of its kind. It builds on the newest revision that is no test; but where `test` is said, on the newest
 * of all: `true` goes on with a test, `false` makes a real revision of it. An annotation stays where it was made.
 * @throws {ValidationError} see checkRevision; also for an image_required that contradicts file_input_mode
 */
export function buildRevision(
  task: { id: string; output_modality: OutputModality },
  before: readonly Revision[],
  input: UpdateTaskInput,
  models: ModelRegistry,
): Revision | null {
  const test = input.test ?? false
  const base = input.test === undefined ? before.find((each) => !each.test) : before[0]
  const next = { ...BLANK, ...base, annotation: null, ...givenFields(input, models), test } as RevisionFields
  const same = before.find((each) => each.test === test)
  const said = REVISION_FIELDS.filter((field) => field !== 'annotation' || input.annotation !== undefined)
  if (same && said.every((field) => isDeepStrictEqual(next[field], same[field]))) return null

  checkRevision(task.output_modality, next, models)
  return toRevision(task, { ...next, id: newId(), created: new Date().toISOString() })
}

/** A revision of a task. The order of its members is always the same, so that its JSON is, whoever made it. */
export function toRevision(
  task: { id: string; output_modality: OutputModality },
  given: RevisionFields & { readonly id: string; readonly created: string },
): Revision {
  const fields = Object.fromEntries(REVISION_FIELDS.map((field) => [field, given[field]]))
  return {
    id: given.id,
    task_id: task.id,
    created: given.created,
    output_modality: task.output_modality,
    input_params: parametersOf(given.system_prompt, given.user_prompt),
    ...(fields as unknown as RevisionFields),
  }
}

/** The digest of a revision's JSON, as delete-task.lua makes it of one that goes. */
export function digestOf(revision: Revision): string {
  return createHash('sha1').update(JSON.stringify(revision)).digest('hex')
}

/** The revision fields that were sent: null as what it means, and models by their ids. */
function givenFields(input: UpdateTaskInput, models: ModelRegistry): Record<string, unknown> {
  const given: Record<string, unknown> = {}
  for (const field of REVISION_FIELDS) {
    const value = input[field]
    if (value !== undefined) given[field] = value ?? BLANK[field as keyof typeof BLANK]
  }
  for (const field of MODEL_FIELDS) {
    // An unknown one stays as it is: it may be what the revision before has, whose model has left the configuration.
    if (input[field]) given[field] = models.find(input[field])?.id ?? input[field]
  }
  return { ...given, ...imageRequired(input) }
}

/** One fact in two spellings: each can ask for an image, and where one of them is null, the other decides. */
function imageRequired({ image_required, file_input_mode }: UpdateTaskInput): { image_required?: boolean } {
  if (image_required === undefined && file_input_mode === undefined) return {}
  if (image_required === false && file_input_mode === 'image') {
    throw ValidationError.at(['body', 'file_input_mode'], 'contradicts image_required')
  }
  return { image_required: image_required === true || file_input_mode === 'image' }
}

/**
 * Checks what no schema of a single field can.
 * @throws {ValidationError} for an unknown model, a model without the needed sight, and a missing or needless
 *   output_format, located below `where`
 */
export function checkRevision(
  modality: OutputModality,
  revision: Pick<
    RevisionFields,
    'llm_model_id' | 'fallback_llm_model_id' | 'output_format' | 'image_required'
  >,
  models: ModelRegistry,
  where: readonly (string | number)[] = ['body'],
): void {
  for (const field of MODEL_FIELDS) {
    const id = revision[field]
    if (id && !models.find(id)) {
      throw ValidationError.at([...where, field], 'no such model; GET P/model lists them')
    }
    if (id && revision.image_required && !models.find(id)?.supportsVision) {
      throw ValidationError.at([...where, field], 'the task requires an image, and this model sees none')
    }
  }
  if (modality === 'json' && !revision.output_format) {
    const message = 'a task that answers with json needs an output_format'
    throw ValidationError.at([...where, 'output_format'], message, 'missing')
  }
  if (modality === 'text' && revision.output_format) {
    throw ValidationError.at(
      [...where, 'output_format'],
      'a task that answers with text has no output_format',
    )
  }
}
