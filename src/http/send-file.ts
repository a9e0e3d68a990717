import { once } from 'node:events'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Response } from 'express'
import type { Shown } from '../files/file-store.ts'

/** The headers of a file, or of a part of it. */
export const headersOfFile = (size: number, { contentType, contentDisposition }: Shown) => ({
  'Content-Type': contentType,
  'Content-Length': String(size),
  'Content-Disposition': contentDisposition,
})

/**
 * Sends a file that was opened. What fails before the first byte rejects, before anything is set, and is an answer like any
 * other; later it can only be cut off.
 */
export async function sendFile(
  response: Response,
  status: 200 | 206,
  headers: Readonly<Record<string, string>>,
  stream: Readable,
): Promise<void> {
  await once(stream, 'readable')
  response.status(status).set(headers)
  await pipeline(stream, response).catch(() => response.destroy())
}
