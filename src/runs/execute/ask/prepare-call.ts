import type { FileHome } from '../../../files/file-home.ts'
import type { FileStore } from '../../../files/file-store.ts'
import { type PrepareImageDeps, prepareImage } from '../../../files/image/prepare-image.ts'
import type { ImagePart, Message, Model } from '../../../models/model.ts'
import type { CompiledOutput } from '../../../output/compile-output.ts'
import { outputInstructions } from '../../../output/repair-output.ts'
import { ApiError, cutText } from '../../../platform/errors.ts'
import { ownTick } from '../../../platform/event-loop/own-tick.ts'
import { hashPrompts } from '../../../tasks/hash-prompts.ts'
import { describeIgnored, ignoredParts } from '../../../tasks/ignored-parts.ts'
import { missingParameters, renderPrompt } from '../../../tasks/prompt.ts'
import { promptsOf } from '../../../tasks/revision-prompts.ts'
import type { Revision } from '../../../tasks/task.ts'
import { blankProblem, type CallSizeLimits, imagesProblem, promptProblem } from '../../call-size.ts'
import type { RunError, RunRequest } from '../../run.ts'

/** Characters of the names in a message that is kept with the run. */
const LONGEST_LIST = 500

/** Everything that a model call is made from. `inputSeconds`: how long the images took. */
export interface PreparedCall {
  readonly messages: readonly Message[]
  readonly promptHash: string
  readonly inputSeconds: number
}

export interface PrepareCallDeps extends PrepareImageDeps, CallSizeLimits {
  readonly files: FileStore
  readonly fileHome: FileHome
  /** True: revisions run without what is not acted on. */
  readonly ignoreInputProcessors: boolean
}

/**
 * Renders the prompts, and loads and optimises the images. Returns a RunError when the run's inputs do not fit the
 * revision that was drawn: the task was changed after the run was accepted, or an image cannot be decoded.
 * @throws what is no run's fault, see `isWorkerFault`
 */
export async function prepareCall(
  deps: PrepareCallDeps,
  request: RunRequest,
  revision: Revision,
  model: Model,
  compiled: CompiledOutput | null,
): Promise<PreparedCall | RunError> {
  const ignored = deps.ignoreInputProcessors ? [] : ignoredParts(revision)
  if (ignored.length > 0) {
    return {
      reason: 'INPUT_PROCESSORS_UNAVAILABLE',
      message: describeIgnored(ignored),
      retryable: false,
    }
  }
  const missing = missingParameters(revision.input_params, request.inputs)
  if (missing.length > 0) return invalidInput(`the prompt needs ${cutText(missing.join(', '), LONGEST_LIST)}`)
  if (revision.image_required && request.files.length === 0) return invalidInput('it requires an image')

  const prompts = promptsOf(revision)
  const tooLong = promptProblem(revision, request.inputs, deps)
  if (tooLong) return invalidInput(tooLong)
  const blank = blankProblem(revision, request.inputs, request.files.length)
  if (blank) return invalidInput(blank)

  const started = performance.now()
  const images = request.files.length > 0 ? await loadImages(deps, request, revision) : []
  if ('reason' in images) return images
  const inputSeconds = request.files.length > 0 ? (performance.now() - started) / 1000 : 0

  const instructions = compiled && outputInstructions(compiled, model.output)
  const rendered = renderPrompt(prompts.system, request.inputs)
  const system = instructions ? `${rendered}\n\n${instructions}` : rendered
  const user = renderPrompt(prompts.user, request.inputs)
  return {
    messages: [
      { role: 'system', text: system },
      { role: 'user', text: user, images },
    ],
    promptHash: hashPrompts(system, user),
    inputSeconds,
  }
}

/** The images of a run as its model gets them. Returns a RunError when they cannot be sent. */
async function loadImages(
  deps: PrepareCallDeps,
  request: RunRequest,
  { optimise_images }: Revision,
): Promise<ImagePart[] | RunError> {
  let images: (LoadedImage | null)[]
  try {
    images = await Promise.all(
      request.files.map((name) => loadImage(deps, request.id, name, optimise_images)),
    )
  } catch (error) {
    // The API checks only the header of an image. That its body is broken shows when it is decoded.
    if (error instanceof ApiError && error.reason !== 'FILES_UNAVAILABLE') return invalidInput(error.message)
    throw error
  }
  if (images.includes(null)) {
    // Lost, unless this worker looks into another folder than that of the API.
    await deps.fileHome.verify()
    return invalidInput('an image is no longer stored')
  }
  const loaded = images.filter((image) => image !== null)
  const tooLarge = imagesProblem(
    loaded.map(({ data }) => data),
    deps,
  )
  return tooLarge ? invalidInput(tooLarge) : inBase64(loaded)
}

interface LoadedImage {
  readonly data: Buffer
  readonly mediaType: string
}

async function inBase64(images: readonly LoadedImage[]): Promise<ImagePart[]> {
  const parts: ImagePart[] = []
  for (const { data, mediaType } of images) {
    await ownTick()
    parts.push({ mediaType, base64: data.toString('base64') })
  }
  return parts
}

async function loadImage(
  deps: PrepareCallDeps,
  run: string,
  name: string,
  optimise: boolean,
): Promise<LoadedImage | null> {
  const stored = await deps.files.read(run, name)
  return stored ? prepareImage(deps, stored, optimise) : null
}

function invalidInput(why: string): RunError {
  return {
    reason: 'INPUT_INVALID',
    message: `The inputs do not fit the task's revision: ${why}.`,
    retryable: false,
  }
}
