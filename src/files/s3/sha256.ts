import { type BinaryToTextEncoding, createHash } from 'node:crypto'

export const sha256 = (data: Buffer | string, encoding: BinaryToTextEncoding): string =>
  createHash('sha256').update(data).digest(encoding)
