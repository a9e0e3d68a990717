import type { Readable } from 'node:stream'
import { ProcessorFailure } from '../processor-failure.ts'

/** The bytes of an answer. @throws {ProcessorFailure} for more than `most` */
export async function readBounded(body: Readable, most: number): Promise<Buffer> {
  const parts: Buffer[] = []
  let size = 0
  for await (const part of body as AsyncIterable<Buffer>) {
    size += part.length
    if (size > most) throw new ProcessorFailure(`it is larger than ${most} bytes`, false)
    parts.push(part)
  }
  return Buffer.concat(parts)
}
