import { Busboy, type BusboyHeaders } from '@fastify/busboy'
import type { Request } from 'express'
import { ApiError, ValidationError } from '../platform/errors.ts'

export interface BodyLimits {
  readonly bodyLimit: number
  readonly imageLimit: number
  readonly filesMax: number
}

/** A body as it was sent: its fields, and the files beside them. */
export interface ReadBody {
  readonly fields: unknown
  readonly files: readonly { readonly field: string; readonly data: Buffer }[]
}

/**
 * Reads a body: multipart, urlencoded, or JSON, which is also what a body without a Content-Type is taken for.
 * Everything is bounded while it arrives.
 * @throws {ValidationError} for JSON that is nested too deeply
 * @throws {ApiError} MALFORMED_JSON, MALFORMED_REQUEST, BODY_TOO_LARGE, FILE_TOO_LARGE, TOO_MANY_FILES,
 *   UNSUPPORTED_MEDIA_TYPE
 */
export async function readBody(request: Request, limits: BodyLimits): Promise<ReadBody> {
  const type = (request.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? ''
  const encoding = request.headers['content-encoding'] ?? 'identity'
  if (encoding !== 'identity') {
    throw new ApiError('UNSUPPORTED_MEDIA_TYPE', 'Compressed bodies are not accepted.')
  }
  if (type === 'multipart/form-data') return readMultipart(request, limits)
  if (type === 'application/x-www-form-urlencoded') {
    const pairs = new URLSearchParams(await readText(request, limits.bodyLimit))
    return { fields: Object.fromEntries([...pairs].map(([name, value]) => [name, unwrap(value)])), files: [] }
  }
  // fetch() calls a string text/plain when nothing is said of it.
  const json = ['', 'text/plain', 'application/json'].includes(type) || type.endsWith('+json')
  if (!json) {
    throw new ApiError(
      'UNSUPPORTED_MEDIA_TYPE',
      'Send application/json, multipart/form-data or a urlencoded form.',
    )
  }
  return { fields: parseJson(await readText(request, limits.bodyLimit)), files: [] }
}

async function readText(request: Request, limit: number): Promise<string> {
  const tooLarge = () => new ApiError('BODY_TOO_LARGE', `The body is larger than ${limit} bytes.`)
  if (Number(request.headers['content-length'] ?? 0) > limit) throw tooLarge()
  const parts: Buffer[] = []
  let size = 0
  for await (const part of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    size += part.length
    if (size > limit) {
      // The rest is read and dropped, so that the client gets the answer instead of a broken connection.
      request.resume()
      throw tooLarge()
    }
    parts.push(part)
  }
  return Buffer.concat(parts).toString('utf8')
}

/** Far beyond any output_format, and far within what can be written again without running out of stack. */
const MOST_LEVELS = 200

/**
 * Parses JSON; an empty text is an empty object, since some calls need no body.
 * @throws {ValidationError} when it is nested too deeply
 * @throws {ApiError} MALFORMED_JSON
 */
export function parseJson(text: string): unknown {
  if (text.trim() === '') return {}
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw new ApiError('MALFORMED_JSON', 'The body is not valid JSON.', {}, cause)
  }
  if (isDeeperThan(MOST_LEVELS, value)) {
    throw ValidationError.at(['body'], `nested deeper than ${MOST_LEVELS} levels`, 'too_big')
  }
  return value
}

function isDeeperThan(levels: number, value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  return levels === 0 || Object.values(value).some((each) => isDeeperThan(levels - 1, each))
}

/** A form has only text: what looks like an object or a list is read as JSON. */
function unwrap(value: string): unknown {
  if (!/^\s*[{[]/.test(value)) return value
  try {
    return parseJson(value)
  } catch {
    return value
  }
}

function readMultipart(request: Request, limits: BodyLimits): Promise<ReadBody> {
  return new Promise((resolve, reject) => {
    const fields: [string, unknown][] = []
    const files: { field: string; data: Buffer }[] = []
    let size = 0
    let parser: InstanceType<typeof Busboy>
    const fail = (error: ApiError): void => {
      request.unpipe(parser)
      // The rest is read and dropped, so that the client gets the answer instead of a broken connection.
      request.resume()
      reject(error)
    }
    const malformed = (cause: unknown) =>
      new ApiError('MALFORMED_REQUEST', 'The multipart body cannot be read.', {}, cause)
    try {
      parser = new Busboy({
        headers: request.headers as BusboyHeaders,
        limits: {
          fieldSize: limits.bodyLimit,
          fields: 100,
          fileSize: limits.imageLimit,
          files: limits.filesMax,
        },
      })
    } catch (cause) {
      request.resume()
      reject(malformed(cause))
      return
    }
    parser.on('field', (name, value, _nameTruncated, truncated) => {
      size += Buffer.byteLength(value)
      if (truncated || size > limits.bodyLimit) {
        fail(new ApiError('BODY_TOO_LARGE', `The fields are larger than ${limits.bodyLimit} bytes.`))
      } else fields.push([name, unwrap(value)])
    })
    parser.on('file', (field, stream) => {
      const parts: Buffer[] = []
      stream.on('data', (part: Buffer) => parts.push(part))
      stream.on('limit', () =>
        fail(new ApiError('FILE_TOO_LARGE', `A file is larger than ${limits.imageLimit} bytes.`)),
      )
      stream.on('end', () => files.push({ field, data: Buffer.concat(parts) }))
      stream.on('error', (cause) => fail(malformed(cause)))
    })
    parser.on('filesLimit', () =>
      fail(new ApiError('TOO_MANY_FILES', `At most ${limits.filesMax} files are accepted.`)),
    )
    parser.on('fieldsLimit', () => fail(new ApiError('BODY_TOO_LARGE', 'Too many fields.')))
    parser.on('error', (cause) => fail(malformed(cause)))
    parser.on('finish', () => resolve({ fields: Object.fromEntries(fields), files }))
    request.on('aborted', () => fail(malformed(new Error('the client went away'))))
    request.pipe(parser)
  })
}
