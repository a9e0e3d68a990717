import type { Request } from 'express'
import { ApiError } from '../../platform/errors.ts'

/**
 * Reads a body whole, up to a limit. What comes after a refusal is read and dropped, so that the client gets the
 * response and no broken connection.
 * @param hold told of every piece that is kept
 * @throws {ApiError} `tooLarge`, MALFORMED_REQUEST for a body that was cut off, and what `hold` throws
 */
export function readBytes(
  request: Request,
  limit: number,
  hold: (bytes: number) => void,
  tooLarge: () => ApiError,
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    if (Number(request.headers['content-length'] ?? 0) > limit) return reject(tooLarge())
    let parts: Buffer[] | null = []
    let size = 0
    const refuse = (error: unknown): void => {
      parts = null
      reject(error)
    }
    request.on('data', (part: Buffer) => {
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
      resolve(only as Buffer)
    })
    const cutOff = (cause: unknown) =>
      reject(new ApiError('MALFORMED_REQUEST', 'The body was cut off.', {}, cause))
    // A client may have left before anybody listened, and then nothing more is heard of it.
    if (request.destroyed) return cutOff(request.errored)
    request.on('error', cutOff)
  })
}
