import { type FileStore, mediaTypeOf } from '../../files/file-store.ts'
import { optimiseImage } from '../../files/image.ts'
import type { ImagePart, Message, Model } from '../../models/model.ts'
import type { CompiledOutput } from '../../output/compile-output.ts'
import { outputInstructions } from '../../output/repair-output.ts'
import { ApiError, cutText } from '../../platform/errors.ts'
import { ownTick } from '../../platform/event-loop/own-tick.ts'
import { hashPrompts, missingParameters, renderPrompt } from '../../tasks/prompt.ts'
import type { Revision } from '../../tasks/task.ts'
import type { RunError, RunRequest } from '../run.ts'

/** Characters of the names in a message that is kept with the run. */
const LONGEST_LIST = 500

/** Everything that a model call is made from. `inputSeconds`: how long the images took. */
export interface PreparedCall {
  readonly messages: readonly Message[]
  readonly promptHash: string
  readonly inputSeconds: number
}

/**
 * Renders the prompts, and loads and optimises the images. Returns a RunError when the run's inputs do not fit the
 * revision that was drawn: the task was changed after the run was accepted, or an image cannot be decoded.
 */
export async function prepareCall(
  deps: { files: FileStore; imagePixelsMax: number },
  request: RunRequest,
  revision: Revision,
  model: Model,
  compiled: CompiledOutput | null,
): Promise<PreparedCall | RunError> {
  const missing = missingParameters(revision.input_params, request.inputs)
  if (missing.length > 0) return invalidInput(`the prompt needs ${cutText(missing.join(', '), LONGEST_LIST)}`)
  if (revision.image_required && request.files.length === 0) return invalidInput('it requires an image')

  const started = performance.now()
  let images: (ImagePart | null)[]
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
  const inputSeconds = request.files.length > 0 ? (performance.now() - started) / 1000 : 0

  const instructions = compiled && outputInstructions(compiled, model.output)
  const rendered = renderPrompt(revision.system_prompt, request.inputs)
  const system = instructions ? `${rendered}\n\n${instructions}` : rendered
  const user = renderPrompt(revision.user_prompt, request.inputs)
  return {
    messages: [
      { role: 'system', text: system },
      { role: 'user', text: user, images: images.filter((image) => image !== null) },
    ],
    promptHash: hashPrompts(system, user),
    inputSeconds,
  }
}

async function loadImage(
  { files, imagePixelsMax }: { files: FileStore; imagePixelsMax: number },
  run: string,
  name: string,
  optimise: boolean,
): Promise<ImagePart | null> {
  const stored = await files.read(run, name)
  if (!stored) return null
  const mediaType = mediaTypeOf(name)
  const image = optimise
    ? await optimiseImage(stored, mediaType, imagePixelsMax)
    : { data: stored, mediaType }
  await ownTick()
  return { mediaType: image.mediaType, base64: image.data.toString('base64') }
}

function invalidInput(why: string): RunError {
  return {
    reason: 'INPUT_INVALID',
    message: `The inputs do not fit the task's revision: ${why}.`,
    retryable: false,
  }
}
