import { type FileStore, mediaTypeOf } from '../../files/file-store.ts'
import { optimiseImage } from '../../files/image.ts'
import type { ImagePart, Message, Model } from '../../models/model.ts'
import type { CompiledOutput } from '../../output/compile-output.ts'
import { outputInstructions } from '../../output/repair-output.ts'
import { ApiError, cutText } from '../../platform/errors.ts'
import { ownTick } from '../../platform/event-loop/own-tick.ts'
import { hashPrompts, missingParameters, renderPrompt } from '../../tasks/prompt.ts'
import { promptsOf } from '../../tasks/revision-prompts.ts'
import type { Revision } from '../../tasks/task.ts'
import { type CallSizeLimits, imagesProblem, promptProblem } from '../call-size.ts'
import type { RunError, RunRequest } from '../run.ts'

/** Characters of the names in a message that is kept with the run. */
const LONGEST_LIST = 500

/** Everything that a model call is made from. `inputSeconds`: how long the images took. */
export interface PreparedCall {
  readonly messages: readonly Message[]
  readonly promptHash: string
  readonly inputSeconds: number
}

export interface PrepareCallDeps extends CallSizeLimits {
  readonly files: FileStore
  readonly imagePixelsMax: number
}

/**
 * Renders the prompts, and loads and optimises the images. Returns a RunError when the run's inputs do not fit the
 * revision that was drawn: the task was changed after the run was accepted, or an image cannot be decoded.
 */
export async function prepareCall(
  deps: PrepareCallDeps,
  request: RunRequest,
  revision: Revision,
  model: Model,
  compiled: CompiledOutput | null,
): Promise<PreparedCall | RunError> {
  const missing = missingParameters(revision.input_params, request.inputs)
  if (missing.length > 0) return invalidInput(`the prompt needs ${cutText(missing.join(', '), LONGEST_LIST)}`)
  if (revision.image_required && request.files.length === 0) return invalidInput('it requires an image')

  const prompts = promptsOf(revision)
  const tooLong = promptProblem(revision, request.inputs, deps)
  if (tooLong) return invalidInput(tooLong)

  const started = performance.now()
  let images: (LoadedImage | null)[]
  try {
    images = await Promise.all(
      request.files.map((name) => loadImage(deps, request.id, name, revision.optimise_images)),
    )
  } catch (error) {
    // The API checks only the header of an image. That its body is broken shows when it is decoded.
    if (error instanceof ApiError) return invalidInput(error.message)
    throw error
  }
  if (images.includes(null)) return invalidInput('an image is no longer stored')
  const loaded = images.filter((image) => image !== null)
  const tooLarge = imagesProblem(
    loaded.map(({ data }) => data),
    deps,
  )
  if (tooLarge) return invalidInput(tooLarge)
  const inputSeconds = request.files.length > 0 ? (performance.now() - started) / 1000 : 0

  const instructions = compiled && outputInstructions(compiled, model.output)
  const rendered = renderPrompt(prompts.system, request.inputs)
  const system = instructions ? `${rendered}\n\n${instructions}` : rendered
  const user = renderPrompt(prompts.user, request.inputs)
  return {
    messages: [
      { role: 'system', text: system },
      { role: 'user', text: user, images: await inBase64(loaded) },
    ],
    promptHash: hashPrompts(system, user),
    inputSeconds,
  }
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
  { files, imagePixelsMax }: Pick<PrepareCallDeps, 'files' | 'imagePixelsMax'>,
  run: string,
  name: string,
  optimise: boolean,
): Promise<LoadedImage | null> {
  const stored = await files.read(run, name)
  if (!stored) return null
  const mediaType = mediaTypeOf(name)
  return optimise ? optimiseImage(stored, mediaType, imagePixelsMax) : { data: stored, mediaType }
}

function invalidInput(why: string): RunError {
  return {
    reason: 'INPUT_INVALID',
    message: `The inputs do not fit the task's revision: ${why}.`,
    retryable: false,
  }
}
