import { isDocument, isRecording } from '../../files/document/document-format.ts'
import type { ProcessorCatalogue } from '../../inputs/processor-catalogue.ts'
import type { Model } from '../../models/model.ts'
import type { ModelRegistry } from '../../models/model-registry.ts'
import { ApiError, ValidationError, type ValidationIssue } from '../../platform/errors.ts'
import { describeIgnored, ignoredParts } from '../../tasks/ignored-parts.ts'
import { missingParameters } from '../../tasks/prompts/prompt.ts'
import type { TagStore } from '../../tasks/tags/tag-store.ts'
import type { Revision, Task } from '../../tasks/task.ts'
import type { TaskStore } from '../../tasks/task-store.ts'
import { blankProblem, type CallSizeLimits, partsProblem, promptProblem } from '../call-size.ts'
import { filesProblem, filledParameters, type RunFile, takesDocuments, useFiles } from '../file-use.ts'
import { type CheckedFile, type CheckFilesDeps, checkFiles } from './check-files.ts'
import type { Submission } from './submission.ts'

/** A submission that passed the checks: its task, and the revision that the caller chose, if any. */
export interface Accepted {
  readonly task: Task
  readonly revision: string | null
  /** The revisions that may be drawn. */
  readonly candidates: readonly Revision[]
  readonly files: readonly CheckedFile[]
}

export interface CheckRunDeps extends CallSizeLimits, CheckFilesDeps {
  readonly tasks: TaskStore
  readonly tags: TagStore
  readonly models: ModelRegistry
  readonly processors: ProcessorCatalogue
  /** True: revisions run without what is not acted on. */
  readonly ignoreInputProcessors: boolean
}

/**
 * Makes sure that every revision which may be drawn for a run can execute it: whether a call is refused must not depend
 * on the draw.
 * @throws {ApiError} TASK_NOT_FOUND, TASK_REVISION_NOT_FOUND, TASK_DISABLED, NO_ACTIVE_REVISION,
 *   INPUT_PROCESSORS_UNAVAILABLE; see checkFiles
 * @throws {ValidationError} for missing inputs, and for what one of the revisions cannot do
 */
export async function checkRun(deps: CheckRunDeps, input: Submission): Promise<Accepted> {
  const task = await deps.tasks.recent(input.project, input.task)
  if (!task) throw new ApiError('TASK_NOT_FOUND', 'There is no such task.')
  if (!task.enabled) throw new ApiError('TASK_DISABLED', 'The task is disabled.')
  const revision = input.revisionTag
    ? await revisionByTag(deps.tags, input, input.revisionTag)
    : input.revision
  const ids = revision ? [revision] : drawable(task)
  if (ids.length === 0) throw new ApiError('NO_ACTIVE_REVISION', 'The task has no active revision.')
  const [first = ''] = ids
  // Most tasks have one active revision, and a list of promises costs more than reading it.
  const revisions =
    ids.length === 1
      ? [await deps.tasks.revision(input.project, first)]
      : await Promise.all(ids.map((id) => deps.tasks.revision(input.project, id)))
  const candidates = revisions.map((each) => {
    if (each?.task_id === task.id) return each
    throw new ApiError('TASK_REVISION_NOT_FOUND', 'The task has no such revision.')
  })
  const ignored = deps.ignoreInputProcessors
    ? []
    : candidates.flatMap((each) => ignoredParts(each, deps.processors))
  if (ignored.length > 0) throw new ApiError('INPUT_PROCESSORS_UNAVAILABLE', describeIgnored(ignored))
  const files =
    input.files.length === 0 ? [] : await checkFiles(deps, input.files, candidates.some(looksAtFiles))
  checkInputs(candidates, input, files, deps)
  return { task, revision, candidates, files }
}

async function revisionByTag(tags: TagStore, { project, task }: Submission, tag: string): Promise<string> {
  const tagged = await tags.revisionByTag(project, task, tag)
  if (!tagged) throw new ApiError('TASK_REVISION_NOT_FOUND', 'No revision of the task bears that tag.')
  return tagged
}

const drawable = (task: Task): string[] =>
  task.active_revisions.filter(({ weight }) => weight > 0).map(({ task_revision_id }) => task_revision_id)

function checkInputs(
  revisions: readonly Revision[],
  input: Submission,
  files: readonly CheckedFile[],
  deps: CheckRunDeps,
): void {
  const issues: ValidationIssue[] = []
  const missing = new Set(
    revisions.flatMap((each) => {
      const names = missingParameters(each.input_params, input.inputs)
      return names.length === 0 ? names : names.filter((name) => !filledParameters(each).includes(name))
    }),
  )
  for (const name of missing) {
    issues.push({
      loc: ['body', 'task_input', name],
      msg: 'the prompt needs this parameter',
      type: 'missing',
    })
  }
  const parameters = new Set(
    input.strayNames.length > 0 ? revisions.flatMap((each) => each.input_params) : [],
  )
  for (const name of input.strayNames.filter((each) => parameters.has(each))) {
    const msg = 'this is a parameter of the prompt; it belongs into task_input'
    issues.push({ loc: ['body', name], msg, type: 'extra_forbidden' })
  }
  const tooLong = firstOf(revisions, (each) => promptProblem(each, input.inputs, deps))
  if (tooLong) issues.push({ loc: ['body', 'task_input'], msg: tooLong, type: 'too_big' })
  const blank = firstOf(revisions, (each) => blankProblem(each, input.inputs, files.length))
  if (blank) issues.push({ loc: ['body', 'task_input'], msg: blank, type: 'too_small' })
  const wrong = firstOf(revisions, (each) => filesProblem(each, files))
  if (wrong) {
    const type = wrong.missing ? 'missing' : 'value_error'
    issues.push({ loc: ['body', 'task_file'], msg: wrong.message, type })
  }
  const firstModelOf = (each: Revision) =>
    input.useFallback ? each.fallback_llm_model_id : each.llm_model_id
  if (revisions.some((each) => !firstModelOf(each))) {
    const msg = 'the revision has no fallback model'
    issues.push({ loc: ['query', 'use_fallback_model'], msg, type: 'value_error' })
  }
  const unfit = firstOf(revisions, (each) => {
    const model = deps.models.find(firstModelOf(each) ?? '')
    return model && files.length > 0 ? modelProblem(model, useFiles(each, files).sent) : null
  })
  if (unfit) issues.push({ loc: ['body', 'task_file'], msg: unfit, type: 'value_error' })
  if (issues.length > 0) throw new ValidationError(issues)
  // What becomes of other images is known once they are made smaller, and is looked at then.
  const tooLarge = revisions.every((each) => each.optimise_images)
    ? null
    : partsProblem(
        files.filter(isImage).map(({ data }) => data),
        deps,
      )
  if (tooLarge) throw new ApiError('FILE_TOO_LARGE', `Too large: ${tooLarge}.`)
}

/** Where none is taken, no kind of file is told apart from another, either. */
const looksAtFiles = (revision: Revision): boolean =>
  takesDocuments(revision) || revision.file_input_mode === 'none'

const isImage = ({ stored }: RunFile): boolean => !isDocument(stored) && !isRecording(stored)

/** What keeps a model from taking these files; documents it can be sent as text. */
function modelProblem(model: Model, files: readonly RunFile[]): string | null {
  if (!model.supportsVision && files.some(isImage)) return "the task's model sees no images"
  if (!model.supportsAudio && files.some(({ stored }) => isRecording(stored)))
    return "the task's model hears no recordings"
  return null
}

function firstOf<T, R>(all: readonly T[], of: (each: T) => R | null): R | null {
  for (const each of all) {
    const found = of(each)
    if (found !== null) return found
  }
  return null
}
