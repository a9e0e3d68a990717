import { fileTypeFromBuffer } from 'file-type'
import { ApiError } from '../../platform/errors.ts'
import { refuseFormat } from '../image/image-format.ts'
import { type DocumentExtension, RECORDINGS, type RecordingExtension } from './document-format.ts'
import { readZipDirectory } from './read-zip-directory.ts'
import { sniffDocument } from './sniff-document.ts'

/** Bytes that are looked at for the kind of a file. */
const HEAD = 4100

const READ =
  'PDF, Word (.docx), Excel (.xlsx), CSV, HTML, text, MP3 and WAV are read, and JPEG, PNG, GIF, WebP and AVIF images.'

const ADVICE: readonly { name: string; advice: string; matches: RegExp }[] = [
  {
    name: 'an older Office file, or one with a password',
    advice: 'Save it as .docx or .xlsx, without a password.',
    matches: /^application\/x-cfb$/,
  },
  { name: 'a recording of another kind', advice: 'Send it as MP3 or WAV.', matches: /^(audio|video)\// },
]

/**
 * What a file that is no image is, by its bytes. Nothing is inflated or parsed: what is broken further on shows when its
 * text is taken out, in a process of its own.
 * @throws {ApiError} UNSUPPORTED_FILE (415), or UNSUPPORTED_IMAGE for an image of a kind that is not read (HEIC)
 */
export async function checkDocument(bytes: Buffer): Promise<DocumentExtension | RecordingExtension> {
  if (bytes.length === 0) throw new ApiError('UNSUPPORTED_FILE', 'The file is empty.')
  const document = sniffDocument(bytes)
  if (document) return document
  const image = refuseFormat(bytes)
  if (image.reason === 'UNSUPPORTED_IMAGE') throw image
  if (readZipDirectory(bytes)) throw unsupported('an archive, or an Office file of another kind')
  const known = await fileTypeFromBuffer(bytes.subarray(0, HEAD)).catch(() => undefined)
  const recording = known && Object.hasOwn(RECORDINGS, known.ext) ? (known.ext as RecordingExtension) : null
  if (recording) return recording
  const told = ADVICE.find(({ matches }) => matches.test(known?.mime ?? ''))
  throw unsupported(
    told?.name ?? `of a kind that is not known here${known ? ` (${known.mime})` : ''}`,
    told?.advice,
  )
}

const unsupported = (name: string, advice = ''): ApiError =>
  new ApiError('UNSUPPORTED_FILE', `The file is ${name}; ${READ}${advice ? ` ${advice}` : ''}`)
