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

const MODEL_FIELDS = ['llm_model_id', 'fallback_llm_model_id'] as const

/**
 * The revision that follows from `before` and what was sent, or null when nothing in it would differ.
 * @throws {ValidationError} for an unknown model, a model without the needed sight, a missing or needless
 *   output_format, and an image_required that contradicts file_input_mode.
 */
export function buildRevision(
  task: { id: string; output_modality: OutputModality },
  before: Revision | null,
  input: UpdateTaskInput,
  models: ModelRegistry,
): Revision | null {
  const fields: Record<string, unknown> = { ...BLANK }
  for (const field of REVISION_FIELDS) {
    if (before) fields[field] = before[field]
    const given = (input as Record<string, unknown>)[field]
    if (given !== undefined)
      fields[field] = given ?? (field in BLANK ? BLANK[field as keyof typeof BLANK] : null)
  }
  Object.assign(fields, imageRequired(input))
  for (const field of MODEL_FIELDS) {
    if (input[field]) fields[field] = modelId(field, input[field], models)
  }
  const next = fields as unknown as RevisionFields
  if (before && REVISION_FIELDS.every((field) => isDeepStrictEqual(next[field], before[field]))) return null
  // A model of the revision before may have left the configuration: that refuses a new revision, but nothing else.
  for (const field of MODEL_FIELDS) if (next[field]) modelId(field, next[field], models)

  if (task.output_modality === 'json' && !next.output_format) {
    throw ValidationError.at(
      ['body', 'output_format'],
      'a task that answers with json needs an output_format',
      'missing',
    )
  }
  if (task.output_modality === 'text' && next.output_format) {
    throw ValidationError.at(['body', 'output_format'], 'a task that answers with text has no output_format')
  }
  if (next.image_required && !models.find(next.llm_model_id)?.supportsVision) {
    throw ValidationError.at(['body', 'llm_model_id'], 'the task requires an image, and this model sees none')
  }
  return {
    id: newId(),
    task_id: task.id,
    created: new Date().toISOString(),
    output_modality: task.output_modality,
    input_params: parametersOf(next.system_prompt, next.user_prompt),
    ...next,
  }
}

/** The one fact behind its two spellings. */
function imageRequired({ image_required, file_input_mode }: UpdateTaskInput): { image_required?: boolean } {
  if (file_input_mode === undefined)
    return image_required === undefined ? {} : { image_required: image_required ?? false }
  const required = file_input_mode === 'image'
  if (image_required !== undefined && image_required !== null && image_required !== required) {
    throw ValidationError.at(['body', 'file_input_mode'], 'contradicts image_required')
  }
  return { image_required: required }
}

function modelId(field: string, reference: string, models: ModelRegistry): string {
  const model = models.find(reference)
  if (!model) throw ValidationError.at(['body', field], 'no such model; GET P/model lists them')
  return model.id
}
