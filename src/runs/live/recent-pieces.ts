import type { LivePiece, ToldPiece } from '../store/live-texts.ts'
import type { Position } from './position.ts'

/**
 * Characters that are kept. Who is further behind reads the text from Redis. Six times as many bytes, where all are
 * escapes in JSON, are made at once for one reader.
 */
const MOST_CHARS = 8192

/** The latest pieces of one text, so that readers who keep up with it need not ask Redis. */
export class RecentPieces {
  #pieces: ToldPiece[] = []
  #chars = 0

  add(piece: ToldPiece): void {
    const last = this.#pieces.at(-1)
    if (!last || last.head.epoch !== piece.head.epoch || last.end !== piece.offset) this.clear()
    if (piece.text === '' && piece.end > piece.offset) {
      this.clear()
      return
    }
    this.#pieces.push(piece)
    this.#chars += piece.text.length
    while (this.#pieces.length > 1 && this.#chars > MOST_CHARS) {
      this.#chars -= this.#pieces.shift()?.text.length ?? 0
    }
  }

  clear(): void {
    this.#pieces = []
    this.#chars = 0
  }

  /** What comes after a position, as one piece; null when that is not known here. */
  after({ epoch, offset }: Position): LivePiece | null {
    const last = this.#pieces.at(-1)
    // Who keeps up with it lacks the latest piece.
    if (last?.offset === offset && last.head.epoch === epoch && offset < last.end) return last
    const first = this.#pieces.findIndex((piece) => piece.offset <= offset && offset < piece.end)
    const found = this.#pieces[first]
    if (!found || found.head.epoch !== epoch) return null
    const rest = this.#pieces.slice(first).map(({ text }) => text)
    const text = rest.join('')
    if (found.offset === offset) return { head: found.head, offset, text }
    const bytes = Buffer.from(text).subarray(offset - found.offset)
    return { head: found.head, offset, text: bytes.toString() }
  }
}
