import type { Request } from 'express'
import { ApiError, ValidationError } from '../../platform/errors.ts'
import type { BodyOptions, ReadBody } from './body.ts'
import { parseJson } from './parse-json.ts'
import { readMultipart } from './read-multipart.ts'

/**
 * Reads a body: multipart, urlencoded, or JSON, which is also what a body without a Content-Type is taken for.
 * Everything is bounded while it arrives.
 * @throws {ValidationError} for JSON that is nested too deeply, and for a form with a field sent twice
 * @throws {ApiError} MALFORMED_JSON, MALFORMED_REQUEST, BODY_TOO_LARGE, FILE_TOO_LARGE, TOO_MANY_FILES,
 *   UNSUPPORTED_MEDIA_TYPE, TOO_MANY_REQUESTS
 */
export async function readBody(request: Request, options: BodyOptions): Promise<ReadBody> {
  const type = (request.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? ''
  const encoding = request.headers['content-encoding'] ?? 'identity'
  if (encoding !== 'identity') {
    throw new ApiError('UNSUPPORTED_MEDIA_TYPE', 'Compressed bodies are not accepted.')
  }
  if (type === 'multipart/form-data') {
    const { fields, files } = await readMultipart(request, options)
    return { fields: toFields(fields), files, isForm: true }
  }
  if (type === 'application/x-www-form-urlencoded') {
    const text = await readText(request, options)
    // curl -d calls everything a form. No form of ours begins like an object.
    if (text.trimStart().startsWith('{')) return readJson(text, options)
    const fields = [...new URLSearchParams(text)]
    if (fields.length > options.fieldsMax) throw new ApiError('BODY_TOO_LARGE', 'Too many fields.')
    return { fields: toFields(fields), files: [], isForm: true }
  }
  // fetch() calls a string text/plain when nothing is said of it.
  const json = ['', 'text/plain', 'application/json'].includes(type) || type.endsWith('+json')
  if (!json) {
    throw new ApiError(
      'UNSUPPORTED_MEDIA_TYPE',
      'Send application/json, multipart/form-data or a urlencoded form.',
    )
  }
  return readJson(await readText(request, options), options)
}

function readJson(text: string, { exactMember: member }: BodyOptions): ReadBody {
  return { fields: parseJson(text, member === undefined ? undefined : { member }), files: [], isForm: false }
}

function readText(request: Request, { bodyLimit: limit, hold }: BodyOptions): Promise<string> {
  return new Promise((resolve, reject) => {
    const tooLarge = () => new ApiError('BODY_TOO_LARGE', `The body is larger than ${limit} bytes.`)
    if (Number(request.headers['content-length'] ?? 0) > limit) return reject(tooLarge())
    let parts: Buffer[] | null = []
    let size = 0
    const refuse = (error: unknown): void => {
      parts = null
      reject(error)
    }
    request.on('data', (part: Buffer) => {
      // What comes after a refusal is read and dropped, so that the client gets the answer and no broken connection.
      if (!parts) return
      size += part.length
      if (size > limit) return refuse(tooLarge())
      try {
        hold(part.length)
        parts.push(part)
      } catch (error) {
        refuse(error)
      }
    })
    request.on('end', () => {
      const [only] = parts?.length === 1 ? parts : [Buffer.concat(parts ?? [])]
      resolve((only as Buffer).toString('utf8'))
    })
    const cutOff = (cause: unknown) =>
      reject(new ApiError('MALFORMED_REQUEST', 'The body was cut off.', {}, cause))
    // A client may have left before anybody listened, and then nothing more is heard of it.
    if (request.destroyed) return cutOff(request.errored)
    request.on('error', cutOff)
  })
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
  // Not by assignment: a field named __proto__ is a field like any other, and refused as unknown.
  return Object.fromEntries(pairs)
}
