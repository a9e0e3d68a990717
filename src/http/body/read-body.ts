import type { Request } from 'express'
import { ApiError, ValidationError } from '../../platform/errors.ts'
import type { BodyOptions, ReadBody } from './body.ts'
import { isFileType, readContentType } from './content-type.ts'
import { decodeText } from './decode-text.ts'
import { parseJson } from './parse-json.ts'
import { readBytes } from './read-bytes.ts'
import { readMultipart } from './read-multipart.ts'
import { readUrlencoded } from './read-urlencoded.ts'

/** Where the text of a member for a file begins, behind a `data:` if there is one. */
const FILE_MEMBER = /"(?:data|url|image_url|file_data)"\s{0,10}:\s{0,10}"(?:data:[\w/+.-]{1,100};base64,)?/g
/** What base64 does not hold. Slashes and line breaks may be escaped. */
const NOT_BASE64 = /[^A-Za-z0-9+/=_\\-]/
/** A shorter text counts as any other. */
const LONG = 1000

/**
 * Reads a body: multipart, urlencoded, a single file, or JSON, which is also what a body without a Content-Type is taken
 * for. Everything is bounded while it arrives, and read in the charset that it says.
 * @throws {ValidationError} for JSON that is nested too deeply, and for a form with a field sent twice
 * @throws {ApiError} MALFORMED_JSON, MALFORMED_REQUEST, BODY_TOO_LARGE, FILE_TOO_LARGE, TOO_MANY_FILES,
 *   UNSUPPORTED_MEDIA_TYPE, TOO_MANY_REQUESTS
 */
export async function readBody(request: Request, options: BodyOptions): Promise<ReadBody> {
  const { essence: type, charset, boundary } = readContentType(request.headers['content-type'])
  const encoding = request.headers['content-encoding'] ?? 'identity'
  if (encoding !== 'identity') {
    throw new ApiError('UNSUPPORTED_MEDIA_TYPE', 'Compressed bodies are not accepted.')
  }
  if (type === 'multipart/form-data') {
    const { fields, files } = await readMultipart(request, boundary, options)
    return { fields: toFields(fields), files, isForm: true }
  }
  if (type === 'application/x-www-form-urlencoded') {
    const text = decodeText(await readAll(request, options), charset)
    // curl -d calls everything a form. No form of ours begins like an object.
    if (text.trimStart().startsWith('{')) return readJson(text, options)
    const fields = readUrlencoded(text, charset)
    if (fields.length > options.fieldsMax) throw new ApiError('BODY_TOO_LARGE', 'Too many fields.')
    return { fields: toFields(fields), files: [], isForm: true }
  }
  const [field] = options.fileFields ?? []
  if (field && isFileType(type)) return readFile(request, field, options)
  // fetch() calls a string text/plain when nothing is said of it.
  const json = ['', 'text/plain', 'application/json'].includes(type) || type.endsWith('+json')
  if (!json) {
    const also = field ? ', an image, a document' : ''
    const message = `Send application/json, multipart/form-data${also} or a urlencoded form.`
    throw new ApiError('UNSUPPORTED_MEDIA_TYPE', message)
  }
  return readJson(decodeText(await readAll(request, options), charset), options)
}

function readAll(request: Request, options: BodyOptions): Promise<Buffer> {
  const { bodyLimit, filesInJsonLimit = 0, hold } = options
  return readBytes(request, bodyLimit + filesInJsonLimit, hold, () => bodyTooLarge(bodyLimit))
}

const bodyTooLarge = (limit: number) =>
  new ApiError('BODY_TOO_LARGE', `The body is larger than ${limit} bytes.`)

function readJson(text: string, { exactMember: member, bodyLimit }: BodyOptions): ReadBody {
  // Files in base64 may go beyond the limit. They cost little to parse, which all else would not.
  if (text.length > bodyLimit && text.length - charactersOfFiles(text) > bodyLimit) {
    throw bodyTooLarge(bodyLimit)
  }
  return { fields: parseJson(text, member === undefined ? undefined : { member }), files: [], isForm: false }
}

/**
 * Characters of all files in base64. One pattern for a whole file would not do: what it may have to take back is kept on
 * the stack, which a file of some megabytes overflows.
 */
function charactersOfFiles(text: string): number {
  let characters = 0
  for (const { index, 0: head } of text.matchAll(FILE_MEMBER)) {
    const start = index + head.length
    const end = text.indexOf('"', start)
    if (end - start >= LONG && !NOT_BASE64.test(text.slice(start, end))) characters += end - start
  }
  return characters
}

/** A body that is a file. */
async function readFile(request: Request, field: string, options: BodyOptions): Promise<ReadBody> {
  const { imageLimit, hold } = options
  const tooLarge = () => new ApiError('FILE_TOO_LARGE', `The file is larger than ${imageLimit} bytes.`)
  const data = await readBytes(request, imageLimit, hold, tooLarge)
  return { fields: {}, files: [{ field, name: null, data }], isForm: false }
}

/**
 * The fields of a form as an object.
 * @throws {ValidationError} for a field that was sent twice: either of its values would be lost in silence
 */
function toFields(pairs: readonly (readonly [string, string])[]): Record<string, string> {
  const names = new Set<string>()
  for (const [name] of pairs) {
    if (names.has(name)) throw ValidationError.at(['body', name], 'sent more than once')
    names.add(name)
  }
  // Not by assignment: a field named __proto__ is a field like any other.
  return Object.fromEntries(pairs)
}
