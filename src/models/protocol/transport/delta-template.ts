/** How the text of an answer begins in a chunk. */
const OPENS = '"content":"'
/** What stands in JSON as it is: neither a quote nor an escape, and nothing that may not stand there. */
const PLAIN = /^[^"\\\p{Cc}]*$/u

/**
 * Chunks of a streamed answer are nearly always alike but for their piece of text. Knows what is before and behind it in the
 * latest one that was parsed, and so the text of the next without parsing it.
 */
export class DeltaTemplate {
  #before = ''
  #behind = ''
  /** Of events of one line: what begins the first, what stands between the texts of two, and what ends the last. */
  #first = ''
  #between = ''
  #last = ''

  /**
   * Learns from a chunk that says nothing but its text and what others said before.
   * @param json as it came
   * @param content its text
   */
  learn(json: string, content: string): void {
    this.#before = ''
    const at = json.indexOf(OPENS)
    if (at < 0 || json.includes(OPENS, at + 1) || !PLAIN.test(content)) return
    const begin = at + OPENS.length
    const end = begin + content.length
    if (json[end] !== '"' || !json.startsWith(content, begin)) return
    this.#before = json.slice(0, begin)
    this.#behind = json.slice(end)
    this.#first = `data: ${this.#before}`
    this.#last = `${this.#behind}\n\n`
    this.#between = this.#last + this.#first
  }

  forget(): void {
    this.#before = ''
  }

  /**
   * The text of all events of a part of a stream, where each is of one line, and a chunk like the one that was learned; null
   * where any is not: then they have to be read one by one.
   * @param text from the beginning of an event on
   */
  readEvents(text: string): string | null {
    const end = text.length - this.#last.length
    if (this.#before === '' || end < this.#first.length) return null
    if (!text.startsWith(this.#first) || !text.endsWith(this.#last)) return null
    const content = text.slice(this.#first.length, end).replaceAll(this.#between, '')
    // Whatever else stood between two of them would leave a quote or a line break.
    return PLAIN.test(content) ? content : null
  }

  /** The text of a chunk that is like the one that was learned; null for any other. */
  read(json: string): string | null {
    const [begin, end] = [this.#before.length, json.length - this.#behind.length]
    if (begin === 0 || end < begin || !json.startsWith(this.#before) || !json.endsWith(this.#behind))
      return null
    const content = json.slice(begin, end)
    return PLAIN.test(content) ? content : null
  }
}
