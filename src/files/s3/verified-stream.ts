import { createHash } from 'node:crypto'
import { pipeline, type Readable, Transform } from 'node:stream'

export interface Verification {
  /** SHA-256 of the whole, in hexadecimal. */
  readonly sha256: string
  /** Bytes of the whole. */
  readonly size: number
  /** The bytes that are wanted, both included. */
  readonly range: { readonly start: number; readonly end: number } | null
  /** Makes the error of a stream whose bytes are not those. */
  damaged(): Error
  /** Makes the error of one that broke off. */
  broken(cause: Error): Error
}

/**
 * The wanted bytes of a stream. All of it is read, and the last bytes that are wanted are kept back until it has proved
 * to be right: so nobody gets all bytes of a damaged file, or of a part of it, and takes them for good.
 */
export function verifiedStream(source: Readable, verification: Verification): Readable {
  const { sha256, size, range } = verification
  const [first, end] = range ? [range.start, range.end + 1] : [0, size]
  const hash = createHash('sha256')
  let at = 0
  let kept: Buffer | null = null
  const verified = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk)
      const wanted = chunk.subarray(Math.max(0, first - at), Math.max(0, end - at))
      at += chunk.length
      if (wanted.length === 0) return done()
      const before = kept
      kept = wanted
      if (before) done(null, before)
      else done()
    },
    flush(done) {
      if (hash.digest('hex') !== sha256) done(verification.damaged())
      else if (kept) done(null, kept)
      else done()
    },
  })
  source.once('error', (error: Error) => verified.destroy(verification.broken(error)))
  pipeline(source, verified, () => {})
  return verified
}
