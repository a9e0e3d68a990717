import { z } from 'zod'
import { ValidationError } from '../../../platform/errors.ts'
import { noProto } from '../../../platform/json/no-proto.ts'
import type { SubmittedFile } from '../../../runs/start/submission.ts'
import { decodeBase64 } from '../../body/decode-base64.ts'
import { fileNameOf } from '../../body/read-multipart.ts'
import { unsupported } from '../openai-error.ts'

/** One part of a message, or an input item in a prompt's variables, in the words of either API. */
export const contentPart = noProto(z.looseObject({ type: z.string().max(100) }))
export type ContentPart = z.output<typeof contentPart>

/** What was said to a task: its text, and files in their order. */
export interface Content {
  readonly texts: string[]
  readonly files: SubmittedFile[]
  /** Members of parts that are not acted on. */
  readonly ignored: string[]
}

export const noContent = (): Content => ({ texts: [], files: [], ignored: [] })

type Place = readonly (string | number)[]

/**
 * Adds a part to what was said.
 * @throws {ValidationError} for a part that no task takes, and for a file that is not within the request
 */
export function readPart(part: ContentPart, place: Place, into: Content): void {
  switch (part.type) {
    case 'text':
    case 'input_text':
      if (typeof part['text'] !== 'string') throw wrong([...place, 'text'], 'expected a string')
      into.texts.push(part['text'])
      nameStrays(part, ['type', 'text'], place, into)
      return
    case 'image_url':
    case 'input_image': {
      const image = part['image_url']
      const nested = isObject(image)
      const at = [...place, 'image_url', ...(nested ? ['url'] : [])]
      into.files.push({ name: null, data: fileOf(nested ? image['url'] : image, at) })
      noteDetail(nested ? image : part, nested ? [...place, 'image_url'] : place, into)
      nameStrays(part, ['type', 'image_url', ...(nested ? [] : ['detail'])], place, into)
      if (nested) nameStrays(image, ['url', 'detail'], [...place, 'image_url'], into)
      return
    }
    case 'file':
    case 'input_file': {
      const { file } = part
      const nested = isObject(file)
      const inside = nested ? [...place, 'file'] : place
      const { file_data, filename } = nested ? file : part
      const data = fileOf(file_data, [...inside, 'file_data'])
      into.files.push({ name: nameIn(filename, [...inside, 'filename']), data })
      nameStrays(part, nested ? ['type', 'file'] : ['type', 'file_data', 'filename'], place, into)
      if (nested) nameStrays(file, ['file_data', 'filename'], inside, into)
      return
    }
    case 'input_audio': {
      const audio = part['input_audio']
      if (!isObject(audio)) throw wrong([...place, 'input_audio'], 'expected an object')
      const inside = [...place, 'input_audio']
      into.files.push({ name: null, data: fileOf(audio['data'], [...inside, 'data']) })
      nameStrays(part, ['type', 'input_audio'], place, into)
      // What a recording is, is known by its bytes.
      nameStrays(audio, ['data', 'format'], inside, into)
      return
    }
    default: {
      const message = `a task takes text, images, documents and recordings, no ${part.type}`
      throw new ValidationError([unsupported([...place, 'type'], message)])
    }
  }
}

/** @throws {ValidationError} */
function nameIn(filename: unknown, place: Place): string | null {
  if (filename === undefined || filename === null || filename === '') return null
  if (typeof filename !== 'string') throw wrong(place, 'expected a string')
  return fileNameOf(filename)
}

/** @throws {ValidationError} for what is no file within the request: nothing is fetched for a caller */
function fileOf(sent: unknown, place: Place): Buffer {
  if (typeof sent !== 'string' || /^https?:/i.test(sent)) {
    const msg = 'a file has to be within the request, in base64 or as a data: URL; none is fetched'
    throw new ValidationError([unsupported(place, msg)])
  }
  const bytes = decodeBase64(sent)
  if (!bytes) throw wrong(place, 'expected base64, or a data: URL of it')
  return bytes
}

/** Names the members of an object that are not known, and so not acted on. */
export function nameStrays(
  object: Readonly<Record<string, unknown>>,
  known: readonly string[],
  place: Place,
  { ignored }: Content,
): void {
  for (const [name, value] of Object.entries(object)) {
    if (value !== undefined && value !== null && !known.includes(name))
      ignored.push([...place, name].join('.'))
  }
}

/** How closely a model looks is decided by its server. */
function noteDetail(part: Readonly<Record<string, unknown>>, place: Place, { ignored }: Content): void {
  const { detail } = part
  if (detail !== undefined && detail !== null && detail !== 'auto')
    ignored.push([...place, 'detail'].join('.'))
}

const wrong = (place: Place, msg: string) => ValidationError.at(['body', ...place], msg, 'type_error')

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
