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
  }

  forget(): void {
    this.#before = ''
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
