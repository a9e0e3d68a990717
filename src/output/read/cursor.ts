/** A place in a text, and the ways on from it. */
export class Cursor {
  readonly text: string
  /** False once the text, or its code fence, ended before a bracket or a quote was closed. */
  whole = true
  #at: number

  constructor(text: string, at = 0) {
    this.text = text
    this.#at = at
  }

  get at(): number {
    return this.#at
  }

  /** The character here; empty at the end of the text. */
  get char(): string {
    return this.text.charAt(this.#at)
  }

  moveTo(at: number): void {
    this.#at = at
  }

  /** What a sticky pattern matches at a place, which stays where it is; empty for nothing. */
  peek(pattern: RegExp, at = this.#at): string {
    pattern.lastIndex = at
    return pattern.exec(this.text)?.[0] ?? ''
  }

  /** Moves past what a sticky pattern matches here, and gives it; empty for nothing. */
  match(pattern: RegExp): string {
    const found = this.peek(pattern)
    if (found) this.moveTo(this.#at + found.length)
    return found
  }

  /** Moves past white space and comments. */
  skipSpace(): void {
    for (;;) {
      this.match(WHITESPACE)
      if (this.char === '#' || this.text.startsWith('//', this.#at)) this.#skipPast('\n')
      else if (this.text.startsWith('/*', this.#at)) this.#skipPast('*/')
      else return
    }
  }

  /** True at the end of the text, or at a closing code fence. */
  atEnd(): boolean {
    const ended = this.#at >= this.text.length || this.text.startsWith('```', this.#at)
    if (ended) this.whole = false
    return ended
  }

  #skipPast(mark: string): void {
    const found = this.text.indexOf(mark, this.#at)
    this.moveTo(found === -1 ? this.text.length : found + mark.length)
  }
}

export const WHITESPACE = /\s*/y
