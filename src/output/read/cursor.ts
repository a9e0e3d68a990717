import { COMMENT_START, ESCAPED_BREAK, SPACE } from './tokens.ts'

const ONE_LINE_COMMENT = /[^,}\]]*/y

/** A place in a text, and the ways on from it. */
export class Cursor {
  readonly text: string
  /** False once the text, or its code fence, ended before a bracket or a quote was closed. */
  whole = true
  /** Whether the last string lacked its closing quote, and ended before the brackets that end the text. */
  unquoted = false
  /** Whether members of an object were left out: by an ellipsis of its author, or because they cannot be read. */
  elided = false
  /** The furthest place that was reached: what was tried in vain before it is not tried again. */
  furthest = 0
  #at: number
  #lastBreak: number | undefined

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
    this.furthest = Math.max(this.furthest, at)
  }

  /** What a sticky pattern matches at a place, which stays where it is; empty for nothing. */
  peek(pattern: RegExp, at = this.#at): string {
    pattern.lastIndex = at
    return pattern.exec(this.text)?.[0] ?? ''
  }

  /** Whether a sticky pattern matches at a place. */
  sees(pattern: RegExp, at = this.#at): boolean {
    pattern.lastIndex = at
    return pattern.test(this.text)
  }

  /** Moves past what a sticky pattern matches here, and gives it; empty for nothing. */
  match(pattern: RegExp): string {
    const found = this.peek(pattern)
    if (found) this.moveTo(this.#at + found.length)
    return found
  }

  /** Moves past white space, invisible characters and comments. */
  skipSpace(): void {
    for (;;) {
      this.match(SPACE)
      if (this.match(ESCAPED_BREAK) !== '') continue
      const comment = this.match(COMMENT_START)
      if (comment === '') return
      if (comment === '/*') this.moveTo(this.find('*/'))
      else this.#skipLine()
    }
  }

  /** Of a text that has no further line, a comment cannot be the whole rest: it ends where its object or member does. */
  #skipLine(): void {
    this.#lastBreak ??= this.text.lastIndexOf('\n')
    if (this.#lastBreak >= this.#at) this.moveTo(this.find('\n'))
    else this.match(ONE_LINE_COMMENT)
  }

  /** The end of the next occurrence of a text; the end of the whole text where there is none. */
  find(mark: string): number {
    const found = this.text.indexOf(mark, this.#at)
    return found === -1 ? this.text.length : found + mark.length
  }

  /** True at the end of the text, or at a closing code fence. */
  atEnd(): boolean {
    const ended = this.#at >= this.text.length || this.text.startsWith('```', this.#at)
    if (ended) this.whole = false
    return ended
  }
}
