import { sniffImage } from '../../../files/image/image-format.ts'
import { soundExtension } from '../../../files/sound-format.ts'
import type { Completion } from '../../../models/model.ts'
import type { CompiledOutput } from '../../../output/compile-output.ts'
import { withoutFence } from '../../../output/read/without-fence.ts'
import { readTable } from '../../../output/table/read-table.ts'
import { tableOf } from '../../../output/table/table-format.ts'
import type { ValidatedOutput } from '../../../output/validate-output.ts'
import type { OutputModality } from '../../../tasks/output-modality.ts'
import type { Revision } from '../../../tasks/task.ts'

/** What the answer of a task's model is read as. */
export interface AnswerForm {
  readonly modality: OutputModality
  /** The object that is asked for; null for a text. */
  readonly compiled: CompiledOutput | null
  readonly format: Revision['output_format']
  /** Bytes of a file. */
  readonly fileMax: number
}

/** A picture or a recording. */
export interface AnsweredMedia {
  readonly data: Buffer
  /** By its bytes. */
  readonly extension: string
  readonly text: string
}

type Read =
  | Extract<ValidatedOutput, { check: 'invalid' }>
  | { readonly check: 'valid' | 'repaired'; readonly value: unknown }

/** Makes of an answer that was checked what its file is made of. Tables are tables only here. */
export function readForFile({ modality, format }: AnswerForm, read: Read): Read {
  if (read.check === 'invalid') return read
  const { check, value } = read
  if (modality === 'csv') return format ? { check, value: tableOf(format, value) } : tableIn(String(value))
  if (modality !== 'pdf') return read
  const { text, fenced } = withoutFence(String(value))
  // A fence around all of it is none of the document's.
  const isWhole = fenced && /^\s*```(markdown|md)?\s*\n/.test(String(value))
  return isWhole ? { check: 'repaired', value: text } : read
}

function tableIn(written: string): Read {
  const read = readTable(written)
  if ('problem' in read) return invalid(read.problem, read.truncated)
  return { check: read.repaired ? 'repaired' : 'valid', value: read.text }
}

/** The picture or the recording of an answer, by its bytes. */
export async function readMediaAnswer(
  { modality, fileMax }: Pick<AnswerForm, 'modality' | 'fileMax'>,
  { media, text }: Pick<Completion, 'media' | 'text'>,
): Promise<Read> {
  const isImage = modality === 'image'
  if (!media) return invalid(isImage ? 'has no image within it' : 'has no recording within it')
  if (media.length > fileMax) return invalid(`has a file of ${media.length} bytes; the limit is ${fileMax}`)
  const extension = isImage ? (sniffImage(media)?.extension ?? null) : await soundExtension(media)
  if (!extension)
    return invalid(`has ${isImage ? 'an image' : 'a recording'} of a kind that is not known here`)
  return { check: 'valid', value: { data: media, extension, text } satisfies AnsweredMedia }
}

const invalid = (message: string, truncated = false): Read => ({
  check: 'invalid',
  issues: [{ path: '', message }],
  truncated,
})
