/**
 * A reader of almost-JSON, as models write it. It reads every JSON document as JSON.parse does, and also: comments,
 * missing and surplus commas, keys without quotes, other quotes, newlines and quotes within strings, Python's literals,
 * unclosed brackets, and a text that was cut off.
 *
 * Its time is linear in the length of the text, whatever the text is, and it never throws. That is why it is not the
 * jsonrepair package, which needs 13 seconds for 16,000 characters of `"a "a "a`.
 */

/** Deeper than any output format. Without a limit, a text of a million brackets would overflow the stack. */
export const MAX_LOOSE_DEPTH = 200

const UNREADABLE = Symbol('unreadable')
/** The text ended before a value, or within one that may be incomplete, such as a number. */
const CUT_OFF = Symbol('cut off')

const CLOSING_QUOTES = new Map([
  ['"', '"'],
  ["'", "'"],
  ['“', '”'],
  ['‘', '’'],
])
const ESCAPES = new Map([
  ['"', '"'],
  ["'", "'"],
  ['\\', '\\'],
  ['/', '/'],
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
  ['\n', '\n'],
])
const LITERALS = new Map<string, unknown>([
  ['true', true],
  ['True', true],
  ['false', false],
  ['False', false],
  ['null', null],
  ['None', null],
  ['undefined', null],
  ['NaN', null],
])
const NUMBER = /^[+-]?(0|[1-9]\d*)(\.\d*)?([eE][+-]?\d+)?$/
const WHITESPACE = /\s*/y
const BARE_KEY = /[\w.$-]+/y
const BARE_VALUE = /[\w.+-]+/y

/**
 * `end` is where reading stopped, after a success or a failure: the text before it need not be read again.
 * `whole`: every bracket was closed, the text did not end before.
 */
export interface LooseReading {
  readonly value: object | undefined
  readonly whole: boolean
  readonly end: number
}

/** Reads the object or list that opens at `start`; `value` is undefined when it cannot be read. */
export function readLooseJson(text: string, start: number): LooseReading {
  let at = start
  let whole = true
  const value = readValue(1)
  return { value: typeof value === 'object' && value !== null ? value : undefined, whole, end: at }

  function readValue(depth: number): unknown {
    const char = text.charAt(at)
    if (char === '{') return depth > MAX_LOOSE_DEPTH ? UNREADABLE : readObject(depth)
    if (char === '[') return depth > MAX_LOOSE_DEPTH ? UNREADABLE : readList(depth)
    if (CLOSING_QUOTES.has(char)) return readString(char)
    return readBareValue()
  }

  function readObject(depth: number): unknown {
    const entries: [string, unknown][] = []
    at++
    while (!atClosing('}')) {
      const key = CLOSING_QUOTES.has(text.charAt(at)) ? readString(text.charAt(at)) : match(BARE_KEY)
      if (typeof key !== 'string') return UNREADABLE
      skipSpace()
      if (atEnd()) break
      if (text[at] !== ':') return UNREADABLE
      at++
      skipSpace()
      if (atEnd()) break
      const value = readValue(depth + 1)
      if (value === UNREADABLE) return UNREADABLE
      if (value !== CUT_OFF) entries.push([key, value])
    }
    // Not by assignment, which would set the prototype for a key named __proto__.
    return Object.fromEntries(entries)
  }

  function readList(depth: number): unknown {
    const items: unknown[] = []
    at++
    while (!atClosing(']')) {
      const item = readValue(depth + 1)
      if (item === UNREADABLE) return UNREADABLE
      if (item !== CUT_OFF) items.push(item)
    }
    return items
  }

  /**
   * True at the end of the current object or list, whose bracket is skipped. The bracket of an outer one is not
   * skipped.
   */
  function atClosing(bracket: '}' | ']'): boolean {
    skipSpace()
    while (text[at] === ',') {
      at++
      skipSpace()
    }
    if (text[at] === bracket) {
      at++
      return true
    }
    return atEnd() || text[at] === '}' || text[at] === ']'
  }

  /** True at the end of the text, or at a closing code fence. */
  function atEnd(): boolean {
    const ended = at >= text.length || text.startsWith('```', at)
    if (ended) whole = false
    return ended
  }

  /**
   * When the text ends within a string, the string was cut off; but if a quote in it was read as text, that was wrong.
   */
  function readString(quote: string): unknown {
    const closing = CLOSING_QUOTES.get(quote)
    let content = ''
    let guessed = false
    let from = ++at
    while (at < text.length) {
      const char = text[at]
      if (char === '\\') {
        content += text.slice(from, at) + readEscape()
        from = at
        continue
      }
      if (char === closing) {
        const role = roleOfQuote()
        if (role === 'unclear') return UNREADABLE
        if (role === 'end') return content + text.slice(from, at++)
        guessed = true
      }
      at++
    }
    whole = false
    return guessed ? UNREADABLE : content + text.slice(from)
  }

  /**
   * Decides by what follows whether the current quote ends its string, or is an unescaped quote within it. After a wrong
   * decision the rest soon violates the grammar, and reading fails: no content is invented.
   */
  function roleOfQuote(): 'end' | 'text' | 'unclear' {
    WHITESPACE.lastIndex = at + 1
    const space = WHITESPACE.exec(text)?.[0] ?? ''
    const next = text.charAt(at + 1 + space.length)
    if (next === '' || ',:}]/#`'.includes(next) || space.includes('\n')) return 'end'
    // Two strings side by side, or one of several parts, or a quoted word at the end of a string.
    return next === '+' || (space !== '' && CLOSING_QUOTES.has(next)) ? 'unclear' : 'text'
  }

  function readEscape(): string {
    const escaped = text.charAt(at + 1)
    at += 2
    if (escaped === '') return ''
    if (escaped === 'u') {
      const hex = text.slice(at, at + 4)
      if (/^[0-9a-fA-F]{4}$/.test(hex)) {
        at += 4
        return String.fromCharCode(Number.parseInt(hex, 16))
      }
      if (/^[0-9a-fA-F]*$/.test(hex) && at + 4 > text.length) {
        at = text.length
        return ''
      }
    }
    // Models forget to double the backslashes in formulas and paths: an unknown escape is read as plain text.
    return ESCAPES.get(escaped) ?? `\\${escaped}`
  }

  function readBareValue(): unknown {
    const start = at
    const word = match(BARE_VALUE)
    if (word === undefined) return UNREADABLE
    if (LITERALS.has(word)) return LITERALS.get(word)
    if (at >= text.length) return CUT_OFF
    if (NUMBER.test(word)) return Number(word)
    at = start
    return UNREADABLE
  }

  function skipSpace(): void {
    for (;;) {
      match(WHITESPACE)
      if (text[at] === '#' || text.startsWith('//', at)) skipPast('\n')
      else if (text.startsWith('/*', at)) skipPast('*/')
      else return
    }
  }

  function skipPast(mark: string): void {
    const found = text.indexOf(mark, at)
    at = found === -1 ? text.length : found + mark.length
  }

  function match(pattern: RegExp): string | undefined {
    pattern.lastIndex = at
    const found = pattern.exec(text)?.[0]
    if (found) at += found.length
    return found || undefined
  }
}
