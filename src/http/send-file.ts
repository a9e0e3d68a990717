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

/** As they are: Express would say of every text that it is UTF-8. */
export function setHeadersOfFile(
  response: Response,
  status: 200 | 206,
  headers: Readonly<Record<string, string>>,
): void {
  response.status(status).setHeaders(new Map(Object.entries(headers)))
}

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
  setHeadersOfFile(response, status, headers)
  await pipeline(stream, response).catch(() => response.destroy())
}
