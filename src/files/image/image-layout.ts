import { ApiError } from '../../platform/errors.ts'

/** What the containers of all image formats say before anything is decoded. */
export interface ImageLayout {
  /** Pixels of one frame, as it is stored: not turned yet. */
  readonly width: number
  readonly height: number
  /** 1 for a still. */
  readonly frames: number
  /** As EXIF counts it, 1 to 8; 1 is upright. */
  readonly orientation: number
  /** Grey or RGB with at most 8 bits a channel: what every model server shows as it was meant. */
  readonly ordinary: boolean
  /**
   * The file without what is no part of the picture (texts, EXIF, previews, what stands behind its end, later frames),
   * none of which is read. `whole` is false when the file ends before the image does. To be called once.
   * @throws {ApiError} NOT_AN_IMAGE
   */
  strip(): { readonly data: Buffer; readonly whole: boolean }
}

/** The container is broken. */
export function brokenImage(why: string): ApiError {
  return new ApiError('NOT_AN_IMAGE', `The file begins like an image but is not one: ${why}.`)
}

/** No real image is made of so many parts; what is costs more to walk through than to send. */
const MOST_STEPS = 1_000_000
const MOST_PIECES = 100_000

/** Reads a container front to back, and remembers which pieces of it are kept. */
export class Walk {
  readonly bytes: Buffer
  #steps = 0
  readonly #pieces: [from: number, to: number][] = []

  constructor(bytes: Buffer) {
    this.bytes = bytes
  }

  /** Called at each part of the container. */
  step(): void {
    this.#steps += 1
    if (this.#steps > MOST_STEPS) throw brokenImage('too many parts')
  }

  keep(from: number, to: number): void {
    const last = this.#pieces.at(-1)
    const end = Math.min(to, this.bytes.length)
    if (last?.[1] === from) last[1] = end
    else this.#pieces.push([from, end])
    if (this.#pieces.length > MOST_PIECES) throw brokenImage('too many parts')
  }

  /** What was kept, in its order. The file itself when that is all of it. */
  kept(): Buffer {
    const [only] = this.#pieces
    if (this.#pieces.length === 1 && only?.[0] === 0 && only[1] === this.bytes.length) return this.bytes
    return Buffer.concat(this.#pieces.map(([from, to]) => this.bytes.subarray(from, to)))
  }

  u8(at: number): number {
    return this.#within(at, 1).readUInt8(at)
  }
  u16(at: number): number {
    return this.#within(at, 2).readUInt16BE(at)
  }
  u32(at: number): number {
    return this.#within(at, 4).readUInt32BE(at)
  }
  u16le(at: number): number {
    return this.#within(at, 2).readUInt16LE(at)
  }
  u24le(at: number): number {
    return this.#within(at, 3).readUIntLE(at, 3)
  }
  u32le(at: number): number {
    return this.#within(at, 4).readUInt32LE(at)
  }
  text(at: number, length: number): string {
    return this.bytes.subarray(at, at + length).toString('latin1')
  }

  #within(at: number, length: number): Buffer {
    if (at + length > this.bytes.length) throw brokenImage('it ends too early')
    return this.bytes
  }
}
