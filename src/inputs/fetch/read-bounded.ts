import type { Readable } from 'node:stream'
import { ProcessorFailure } from '../processor-failure.ts'

/** The bytes of an answer. @throws {ProcessorFailure} for more than `most` */
export async function readBounded(body: Readable, most: number): Promise<Buffer> {
  const parts: Buffer[] = []
  // One that is left before its end says so as an error, also when nobody reads it any more.
  body.on('error', () => {})
  let size = 0
  for await (const part of body as AsyncIterable<Buffer>) {
    size += part.length
    if (size > most) throw new ProcessorFailure(`it is larger than ${most} bytes`, false)
    parts.push(part)
  }
  return Buffer.concat(parts)
}

/** Lets go of an answer that nobody wants to read. */
export function leave(body: Readable): void {
  body.on('error', () => {})
  body.destroy()
}
