import { UnreadableDocument } from '../../../files/document/document-processes.ts'
import { fallbackOf, type ProcessorUse, usesOf } from '../../../inputs/processor.ts'
import { ProcessorFailure } from '../../../inputs/processor-failure.ts'
import { ApiError } from '../../../platform/errors.ts'
import { type Span, within } from '../../../platform/tracing/tracing.ts'
import type { Revision } from '../../../tasks/task.ts'
import { filesOf, useFiles } from '../../file-use.ts'
import type { RunError, RunRequest } from '../../run.ts'
import { invalidInput } from '../ask/invalid-input.ts'
import { damagedFile } from '../ask/load-files.ts'
import { type KeptResults, keepResults, readKept } from './kept-results.ts'
import { type RunProcessorDeps, runProcessor } from './run-processor.ts'

export interface ProcessInputsDeps extends RunProcessorDeps {
  readonly span: Span
  /** Characters of all results together. */
  readonly promptMax: number
}

/** What processors made of a run's inputs. */
export interface ProcessedInputs {
  /** What the prompts are rendered with. */
  readonly inputs: RunRequest['inputs']
  /** What is not as it was submitted, with the originals as `<param>_preprocessed`. */
  readonly changed: Readonly<Record<string, unknown>>
}

/**
 * Lets a revision's processors work on a run's inputs, one after the other. What one gave is kept beside the run's files,
 * so that it is not asked again when the run is. Null for a revision without any.
 * @param watch gets the time that they take or took, in ms
 * @throws what is no run's fault, see `isWorkerFault`; the reason of `signal`
 */
export async function processInputs(
  deps: ProcessInputsDeps,
  request: RunRequest,
  revision: Revision,
  watch: { inputs: number },
  signal: AbortSignal,
): Promise<ProcessedInputs | { readonly error: RunError } | null> {
  const { uses, key } = servedUses(deps, revision)
  if (uses.length === 0) return null
  let kept: KeptResults = await readKept(deps, request.id, key)
  watch.inputs += kept.seconds * 1000
  const { taken } = useFiles(revision, filesOf(request))
  let inputs = request.inputs
  const originals: [string, unknown][] = []
  for (const [at, use] of uses.entries()) {
    const file = taken.get(use.param) ?? null
    const original = Object.hasOwn(inputs, use.param)
      ? inputs[use.param]
      : (file?.name ?? file?.stored ?? null)
    if (!originals.some(([param]) => param === use.param)) originals.push([use.param, original])
    if (kept.results.length <= at) {
      const started = performance.now()
      const span = deps.span.child(`input_processor ${use.processor}`, { kind: 'internal' })
      const result = await within(span, () => runProcessor(deps, request, use, { inputs, file }, signal))
        .catch((error: unknown) => failureOf(error, use, signal))
        .finally(() => {
          watch.inputs += performance.now() - started
        })
      if (result instanceof Failure) return { error: result.error }
      const seconds = (performance.now() - started) / 1000
      kept = { results: [...kept.results, result], seconds: kept.seconds + seconds }
      const tooLong = lengthOf(kept.results) > deps.promptMax
      if (tooLong) return { error: TOO_LONG }
      await keepResults(deps, request.id, key, kept)
    }
    inputs = { ...inputs, ...Object.fromEntries([[use.param, kept.results[at]]]) }
  }
  const changed = Object.fromEntries([
    ...originals.map(([param]) => [param, inputs[param]] as const),
    ...originals.map(([param, original]) => [`${param}_preprocessed`, original] as const),
  ])
  return { inputs, changed }
}

/** The processors of a revision that are served, and the name that their results are kept under. */
function servedUses({ processors }: Pick<ProcessInputsDeps, 'processors'>, revision: Revision) {
  const uses = usesOf(revision).filter(({ processor }) => processors.serves(processor))
  return { uses, key: [revision.id, ...uses.map(({ processor }) => processor)].join(' ') }
}

export type KeptInputsDeps = Pick<ProcessInputsDeps, 'processors' | 'files' | 'fileHome'>

/** A run's inputs with what its processors have given so far; nothing is asked for it. */
export async function keptInputs(
  deps: KeptInputsDeps,
  request: RunRequest,
  revision: Revision,
): Promise<RunRequest['inputs']> {
  if (!revision.input_processors?.length) return request.inputs
  const { uses, key } = servedUses(deps, revision)
  const { results } = await readKept(deps, request.id, key)
  const given = results.map((result, at) => [uses[at]?.param ?? '', result])
  return { ...request.inputs, ...Object.fromEntries(given) }
}

const lengthOf = (results: readonly unknown[]): number =>
  results.reduce<number>(
    (sum, each) => sum + (typeof each === 'string' ? each : (JSON.stringify(each) ?? '')).length,
    0,
  )

const TOO_LONG: RunError = {
  reason: 'DOCUMENT_TOO_LARGE',
  message: 'What the input processors gave is longer than prompts may be.',
  retryable: false,
}

class Failure {
  readonly error: RunError

  constructor(error: RunError) {
    this.error = error
  }
}

/** What stands in for the result of a processor that failed, or the error that the run ends with. */
function failureOf(error: unknown, use: ProcessorUse, signal: AbortSignal): string | Failure {
  signal.throwIfAborted()
  if (error instanceof ApiError && error.reason === 'FILE_DAMAGED') return new Failure(damagedFile(error))
  if (error instanceof ApiError && error.reason === 'INPUT_INVALID') {
    return new Failure(invalidInput(error.message))
  }
  if (!(error instanceof ProcessorFailure) && !(error instanceof UnreadableDocument)) throw error
  const fallback = fallbackOf(use)
  if (fallback !== null) return fallback
  const isDocument = error instanceof UnreadableDocument
  return new Failure({
    reason: isDocument ? error.reason : 'INPUT_PROCESSOR_FAILED',
    message: `The input processor ${use.processor} gave nothing for ${use.param}: ${error.message}${isDocument ? '' : '.'}`,
    retryable: !isDocument && error.retryable,
  })
}
