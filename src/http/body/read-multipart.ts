import { Busboy, type BusboyHeaders } from '@fastify/busboy'
import type { Request } from 'express'
import { ApiError } from '../../platform/errors.ts'
import type { BodyOptions } from './body.ts'

/** Bytes of the head of one part: more than any name of a file needs. */
const PART_HEAD_LIMIT = 8192

/** The parts of a multipart body, in the order they came. */
export interface Multipart {
  readonly fields: readonly (readonly [string, string])[]
  readonly files: readonly { readonly field: string; readonly data: Buffer }[]
}

/**
 * Reads a multipart body, bounded in each of its dimensions while it arrives. What clients call their files is not
 * looked at.
 * @throws {ApiError} MALFORMED_REQUEST, BODY_TOO_LARGE, FILE_TOO_LARGE, TOO_MANY_FILES, and what `hold` throws
 */
export function readMultipart(request: Request, options: BodyOptions): Promise<Multipart> {
  return new Promise((resolve, reject) => {
    const fields: [string, string][] = []
    const files: { field: string; data: Buffer }[] = []
    let size = 0
    let parser: InstanceType<typeof Busboy>
    let failed = false
    const fail = (error: unknown): void => {
      failed = true
      request.unpipe(parser)
      // The rest is read and dropped, so that the client gets the answer instead of a broken connection.
      request.resume()
      reject(error)
    }
    const keep = (bytes: number, take: () => void): void => {
      if (failed) return
      try {
        options.hold(bytes)
        take()
      } catch (error) {
        fail(error)
      }
    }
    const malformed = (cause: unknown) =>
      new ApiError('MALFORMED_REQUEST', 'The multipart body cannot be read.', {}, cause)
    try {
      parser = new Busboy({
        headers: request.headers as BusboyHeaders,
        limits: {
          fieldSize: options.bodyLimit,
          fields: options.fieldsMax,
          fileSize: options.imageLimit,
          files: options.filesMax,
          // Also counts the parts that are neither, and are skipped.
          parts: options.fieldsMax + options.filesMax,
          headerPairs: 20,
          headerSize: PART_HEAD_LIMIT,
        },
      })
    } catch (cause) {
      request.resume()
      reject(malformed(cause))
      return
    }
    parser.on('field', (name, value, _nameTruncated, truncated) => {
      size += Buffer.byteLength(value)
      if (truncated || size > options.bodyLimit) {
        fail(new ApiError('BODY_TOO_LARGE', `The fields are larger than ${options.bodyLimit} bytes.`))
      } else keep(Buffer.byteLength(value), () => fields.push([name ?? '', value]))
    })
    parser.on('file', (field, stream) => {
      const parts: Buffer[] = []
      stream.on('data', (part: Buffer) => keep(part.length, () => parts.push(part)))
      stream.on('limit', () =>
        fail(new ApiError('FILE_TOO_LARGE', `A file is larger than ${options.imageLimit} bytes.`)),
      )
      stream.on('end', () => files.push({ field: field ?? '', data: Buffer.concat(parts) }))
      stream.on('error', (cause) => fail(malformed(cause)))
    })
    parser.on('filesLimit', () =>
      fail(new ApiError('TOO_MANY_FILES', `At most ${options.filesMax} files are accepted.`)),
    )
    for (const limit of ['fieldsLimit', 'partsLimit'] as const) {
      parser.on(limit, () => fail(new ApiError('BODY_TOO_LARGE', 'Too many fields.')))
    }
    parser.on('error', (cause) => fail(malformed(cause)))
    parser.on('finish', () => resolve({ fields, files }))
    const leave = () => fail(malformed(new Error('the client went away')))
    // It may have left before anybody listened, and then nothing more is heard of it.
    if (request.destroyed) return leave()
    request.on('aborted', leave)
    request.pipe(parser)
  })
}
