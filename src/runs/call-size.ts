import { type Inputs, renderedLength, wouldBeBlank } from '../tasks/prompts/prompt.ts'
import { promptsOf } from '../tasks/prompts/revision-prompts.ts'
import type { Revision } from '../tasks/task.ts'

/** What a run may become on its way to a model. Looked at before anything is made of it, here and in the worker. */
export interface CallSizeLimits {
  /** Characters of both prompts, rendered. */
  readonly promptMax: number
  /** Bytes of all images and files together, as they are sent to a model. */
  readonly modelImagesMax: number
}

/** What is wrong with the length that a revision's prompts would have with these inputs; null for nothing. */
export function promptProblem(
  revision: Revision,
  inputs: Inputs,
  { promptMax }: CallSizeLimits,
): string | null {
  const { system, user } = promptsOf(revision)
  const length = renderedLength([system, user], inputs)
  if (length <= promptMax) return null
  return `with these inputs the prompts would be ${length} characters long; the limit is ${promptMax}`
}

/** What is wrong with prompts that have no text in them, and no image beside them; null for nothing. */
export function blankProblem(revision: Revision, inputs: Inputs, images: number): string | null {
  const { system, user } = promptsOf(revision)
  if (images > 0 || !wouldBeBlank([system, user], inputs)) return null
  return 'with these inputs there would be nothing in the prompts, which model servers refuse'
}

/** What is wrong with the size of all images and files together, as they are sent to a model; null for nothing. */
export function partsProblem(files: readonly Buffer[], { modelImagesMax }: CallSizeLimits): string | null {
  const size = files.reduce((sum, file) => sum + file.length, 0)
  if (size <= modelImagesMax) return null
  return `the files have ${size} bytes together, as the model would get them; the limit is ${modelImagesMax}`
}
