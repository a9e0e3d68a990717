import { isDocument } from '../../../files/document/document-format.ts'
import type { ProcessorCatalogue } from '../../../inputs/processor-catalogue.ts'
import type { Message, Model } from '../../../models/model.ts'
import type { CompiledOutput } from '../../../output/compile-output.ts'
import { outputInstructions } from '../../../output/repair-output.ts'
import { TABLE_INSTRUCTIONS } from '../../../output/table/read-table.ts'
import { cutText } from '../../../platform/errors.ts'
import { type Span, within } from '../../../platform/tracing/tracing.ts'
import { describeIgnored, ignoredParts } from '../../../tasks/ignored-parts.ts'
import { hashPrompts } from '../../../tasks/prompts/hash-prompts.ts'
import { missingParameters, renderPrompt } from '../../../tasks/prompts/prompt.ts'
import { promptsOf } from '../../../tasks/prompts/revision-prompts.ts'
import type { Revision } from '../../../tasks/task.ts'
import { blankProblem, promptProblem } from '../../call-size.ts'
import { filesOf, filesProblem, type RunFile, useFiles } from '../../file-use.ts'
import type { RunError, RunRequest } from '../../run.ts'
import { invalidInput } from './invalid-input.ts'
import { type DocumentText, type LoadedFiles, type LoadFilesDeps, loadFiles } from './load-files.ts'

/** Characters of the names in a message that is kept with the run. */
const LONGEST_LIST = 500

/** Everything that a model call is made from. */
export interface PreparedCall {
  readonly messages: readonly Message[]
  readonly promptHash: string
}

export interface PrepareCallDeps extends LoadFilesDeps {
  readonly processors: ProcessorCatalogue
  /** True: revisions run without what is not acted on. */
  readonly ignoreInputProcessors: boolean
}

/**
 * Renders the prompts, and loads the files: images are optimised, and documents become texts where the model takes none.
 * Returns a RunError when the run's inputs do not fit the revision that was drawn: the task was changed after the run was
 * accepted, or a file cannot be read. Where no files are sent, all of that is known at once.
 * @param watch gets the time that the files take, in ms
 * @throws what is no run's fault, see `isWorkerFault`; the reason of `signal`
 */
export function prepareCall(
  deps: PrepareCallDeps & { readonly span: Span },
  request: RunRequest,
  revision: Revision,
  model: Model,
  compiled: CompiledOutput | null,
  watch: { inputs: number },
  signal: AbortSignal,
): PreparedCall | RunError | Promise<PreparedCall | RunError> {
  const ignored = deps.ignoreInputProcessors ? [] : ignoredParts(revision, deps.processors)
  if (ignored.length > 0) {
    return {
      reason: 'INPUT_PROCESSORS_UNAVAILABLE',
      message: describeIgnored(ignored),
      retryable: false,
    }
  }
  const missing = missingParameters(revision.input_params, request.inputs)
  if (missing.length > 0) return invalidInput(`the prompt needs ${cutText(missing.join(', '), LONGEST_LIST)}`)
  const files = filesOf(request)
  const wrong = filesProblem(revision, files)
  if (wrong) return invalidInput(wrong.message)

  const tooLong = promptProblem(revision, request.inputs, deps)
  if (tooLong) return invalidInput(tooLong)
  const blank = blankProblem(revision, request.inputs, request.files.length)
  if (blank) return invalidInput(blank)

  const sent = files.length > 0 ? useFiles(revision, files).sent : []
  const render = (loaded: LoadedFiles) => rendered(deps, request, revision, model, compiled, files, loaded)
  if (sent.length === 0) return render(NOTHING)
  const by = { owner: request.project, signal }
  const load = () => loadFiles(deps, request.id, sent, revision, model, by)
  return timed(deps.span, watch, sent.length, load).then((loaded) =>
    'reason' in loaded ? loaded : render(loaded),
  )
}

function rendered(
  { promptMax }: PrepareCallDeps,
  { inputs }: RunRequest,
  revision: Revision,
  model: Model,
  compiled: CompiledOutput | null,
  files: readonly RunFile[],
  loaded: LoadedFiles,
): PreparedCall | RunError {
  const prompts = promptsOf(revision)
  const isTable = revision.output_modality === 'csv'
  const inWords = isTable ? TABLE_INSTRUCTIONS : null
  const instructions = compiled ? outputInstructions(compiled, model.output) : inWords
  const prompt = renderPrompt(prompts.system, inputs)
  const system = instructions ? `${prompt}\n\n${instructions}` : prompt
  const documents = files.filter(({ stored }) => isDocument(stored))
  const user = withDocuments(renderPrompt(prompts.user, inputs), loaded.texts, documents)
  if (loaded.texts.length > 0 && system.length + user.length > promptMax) {
    const message = `With the text of the documents the prompts have ${system.length + user.length} characters; the limit is ${promptMax}.`
    return { reason: 'DOCUMENT_TOO_LARGE', message, retryable: false }
  }
  return {
    messages: [
      { role: 'system', text: system },
      { role: 'user', text: user, images: loaded.images, files: loaded.files },
    ],
    promptHash: hashPrompts(system, user),
  }
}

/** Times a step of the inputs, on the watch and as a span. */
async function timed<T>(
  parent: Span,
  watch: { inputs: number },
  files: number,
  step: () => Promise<T>,
): Promise<T> {
  const started = performance.now()
  const span = parent.child('load files', { kind: 'internal', attributes: { 'splitrun.files': files } })
  try {
    return await within(span, step)
  } finally {
    watch.inputs += performance.now() - started
  }
}

const NOTHING: LoadedFiles = { images: [], files: [], texts: [] }

/** Documents follow the prompt, each within a tag that says which one of the run's it is. */
function withDocuments(prompt: string, texts: readonly DocumentText[], all: readonly RunFile[]): string {
  if (texts.length === 0) return prompt
  const documents = texts.map(({ file, text }) => {
    const called = file.name === null ? '' : ` name="${file.name.replaceAll(/["<>\s]+/g, ' ')}"`
    return `<document index="${all.indexOf(file) + 1}"${called}>\n${text}\n</document>`
  })
  return [prompt, ...documents].join('\n\n')
}
