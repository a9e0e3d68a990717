import { createHash } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import { processorProblems } from '../inputs/processor.ts'
import type { ModelRegistry } from '../models/model-registry.ts'
import { rulesOf } from '../models/protocol/request-parameters.ts'
import { schemaProblem } from '../models/schema-limits.ts'
import { sharedIsoTime } from '../platform/clock.ts'
import { ValidationError } from '../platform/errors.ts'
import { newId } from '../platform/ids.ts'
import { audioProblem, modelProblem } from './model-fit.ts'
import { compileResponse } from './output-modality.ts'
import { parametersOf } from './prompts/prompt.ts'
import { type OutputModality, REVISION_FIELDS, type Revision, type RevisionFields } from './task.ts'
import type { TaskLimits } from './task-fields.ts'
import type { UpdateTaskInput } from './task-input.ts'

/** The defaults of a revision's fields. The prompts and the model have none: they are always given. */
const DEFAULTS: Omit<RevisionFields, 'system_prompt' | 'user_prompt' | 'llm_model_id'> = {
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
const CONFIG_FIELDS = ['llm_config', 'fallback_llm_config'] as const

/**
 * Builds the next revision of a task from its revisions (newest first) and the input; null when it would equal the
 * newest one of its kind (test or not). Fields that the input lacks come from the newest revision that is no test; when
 * the input has `test`, from the newest of all: `true` continues a test, `false` turns it into a real revision. The
 * annotation is never copied.
 * @throws {ValidationError} see checkRevision; also for an image_required that contradicts file_input_mode
 */
export function buildRevision(
  task: { id: string; output_modality: OutputModality },
  before: readonly Revision[],
  input: UpdateTaskInput,
  { models, limits }: CheckRevisionDeps,
): Revision | null {
  const test = input.test ?? false
  const base = input.test === undefined ? before.find((each) => !each.test) : before[0]
  const next = {
    ...DEFAULTS,
    ...base,
    annotation: null,
    ...givenFields(input, models),
    test,
  } as RevisionFields
  const same = before.find((each) => each.test === test)
  const compared = REVISION_FIELDS.filter((field) => field !== 'annotation' || input.annotation !== undefined)
  if (same && compared.every((field) => isDeepStrictEqual(next[field], same[field]))) return null

  checkRevision(task.output_modality, next, { models, limits })
  return toRevision(task, { ...next, id: newId(), created: sharedIsoTime() })
}

/** Makes a revision of a task. The order of its members is always the same, so that equal revisions have equal JSON. */
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

/**
 * The digest (SHA-1, hexadecimal) of a revision's JSON; delete-task.lua stores the same for a revision that it deletes.
 */
export function digestOf(revision: Revision): string {
  return createHash('sha1').update(JSON.stringify(revision)).digest('hex')
}

/** The revision fields that were sent, with defaults in place of null, and with ids in place of model names. */
function givenFields(input: UpdateTaskInput, models: ModelRegistry): Record<string, unknown> {
  const given: Record<string, unknown> = {}
  for (const field of REVISION_FIELDS) {
    const value = input[field]
    if (value !== undefined) given[field] = value ?? DEFAULTS[field as keyof typeof DEFAULTS]
  }
  for (const field of MODEL_FIELDS) {
    // An unknown model stays as it is: it may be that of the revision before, and no longer configured.
    if (input[field]) given[field] = models.find(input[field])?.id ?? input[field]
  }
  return { ...given, ...fileInput(input) }
}

/**
 * Two fields for one setting. Either can require an image; when one is null, the other decides. The other modes are fields
 * of their own, which are left out where they are not set: revisions of before they were known keep their digests.
 */
function fileInput({ image_required, file_input_mode: mode }: UpdateTaskInput): Partial<RevisionFields> {
  if (image_required === undefined && mode === undefined) return {}
  const isOther = mode === 'none' || mode === 'file'
  if ((image_required === false && mode === 'image') || (image_required === true && isOther)) {
    throw ValidationError.at(['body', 'file_input_mode'], 'contradicts image_required')
  }
  const required = image_required === true || mode === 'image'
  if (mode === undefined && !required) return { image_required: false }
  return { image_required: required, file_input_mode: isOther ? mode : undefined }
}

export interface CheckRevisionDeps {
  readonly models: ModelRegistry
  readonly limits: Pick<TaskLimits, 'parametersMax'>
}

/**
 * Checks rules that concern several fields, or the configured models.
 * @throws {ValidationError} for an unknown model, a model without vision where an image is required, an
 *   output_format that a model's server would refuse for its size, too many parameters, and an output_format
 *   that is missing or not allowed; for a model that does not answer so; located below `where`
 */
export function checkRevision(
  modality: OutputModality,
  revision: Pick<
    RevisionFields,
    | 'llm_model_id'
    | 'fallback_llm_model_id'
    | 'llm_config'
    | 'fallback_llm_config'
    | 'output_format'
    | 'image_required'
    | 'system_prompt'
    | 'user_prompt'
    | 'input_processors'
  >,
  { models, limits }: CheckRevisionDeps,
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
  for (const field of MODEL_FIELDS) {
    const model = revision[field] ? models.find(revision[field]) : null
    const unfit = model && modelProblem(modality, model)
    if (unfit) throw ValidationError.at([...where, field], unfit)
    const compiled =
      model?.output === 'json_schema' ? compileResponse(modality, revision.output_format) : null
    if (!model || !compiled) continue
    const problem = schemaProblem(compiled.jsonSchema, rulesOf(model).dialect)
    if (!problem) continue
    const message = `${model.name} would refuse it: ${problem}. With "output": "json_object" in the models file it goes into the prompt`
    throw ValidationError.at([...where, 'output_format'], message, 'too_big')
  }
  const parameters = parametersOf(revision.system_prompt, revision.user_prompt)
  if (parameters.length > limits.parametersMax) {
    const message = `the prompts have ${parameters.length} parameters; the limit is ${limits.parametersMax}`
    throw ValidationError.at([...where, 'user_prompt'], message, 'too_big')
  }
  const [problem] = processorProblems(revision.input_processors, parameters)
  if (problem) throw ValidationError.at([...where, 'input_processors', ...problem.path], problem.message)
  if (modality === 'json' && !revision.output_format) {
    const message = 'a task that answers with json needs an output_format'
    throw ValidationError.at([...where, 'output_format'], message, 'missing')
  }
  if (modality !== 'json' && modality !== 'csv' && revision.output_format) {
    const message = `a task that answers with ${modality} has no output_format`
    throw ValidationError.at([...where, 'output_format'], message)
  }
  for (const field of modality === 'audio' ? CONFIG_FIELDS : []) {
    const wrong = audioProblem(revision[field])
    if (wrong) throw ValidationError.at([...where, field, 'extra', 'audio'], wrong)
  }
}
