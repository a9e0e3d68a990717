import { createHash, type Hash } from 'node:crypto'

/** So many bytes an answer may be shorter than what its model said: end tokens are taken away. */
const TAIL = 64

/** What a client was shown of an answer: its hash and its end, however long it is. */
export class ShownAnswer {
  readonly #hash: Hash = createHash('sha256')
  #hashed = 0
  #tail: Buffer = Buffer.alloc(0)

  /** Bytes that were shown. */
  get size(): number {
    return this.#hashed + this.#tail.length
  }

  add(text: string): void {
    this.#tail = Buffer.concat([this.#tail, Buffer.from(text)])
    if (this.#tail.length < 2 * TAIL) return
    const done = this.#tail.length - TAIL
    this.#hash.update(this.#tail.subarray(0, done))
    this.#hashed += done
    this.#tail = Buffer.from(this.#tail.subarray(done))
  }

  /**
   * What is still to be shown of an answer; null when what was shown is none of it. An answer that is a little shorter than what was
   * shown is nothing else.
   */
  restOf(answer: string): string | null {
    const whole = Buffer.from(answer)
    if (whole.length < this.#hashed) return null
    const digest = createHash('sha256').update(whole.subarray(0, this.#hashed)).digest()
    if (!digest.equals(this.#hash.copy().digest())) return null
    const end = whole.subarray(this.#hashed)
    if (whole.length === 0 && this.size > 0) return null
    const both = Math.min(end.length, this.#tail.length)
    if (this.#tail.length - both > TAIL) return null
    if (!end.subarray(0, both).equals(this.#tail.subarray(0, both))) return null
    return end.subarray(both).toString()
  }
}
