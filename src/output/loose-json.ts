/**
 * A reader of almost-JSON: what models write when they mean JSON. It reads every JSON document as JSON.parse
 * does, and besides: comments, missing and surplus commas, bare keys, other quotes, raw newlines and quotes
 * within strings, Python's literals, brackets left open, and a text that was cut off.
 *
 * Linear in the length of the text, whatever stands in it, and free of exceptions. That is why it is not
 * the jsonrepair package: 16,000 characters of `"a "a "a` keep that one busy for 13 seconds.
 */

/** Deeper than any output format; a text of a million brackets must not use up the stack. */
export const MAX_LOOSE_DEPTH = 200

const UNREADABLE = Symbol('unreadable')
/** The text ended where a value should stand, or within one that may have gone on, as a number may. */
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

/** `end` is where reading stopped, at a success and at a failure alike: nothing before it need be read again. */
export interface LooseReading {
  readonly value: object | undefined
  readonly end: number
}

/** Reads the object or list that opens at `start`; `value` is undefined where it makes no sense. */
export function readLooseJson(text: string, start: number): LooseReading {
  let at = start
  const value = readValue(1)
  return { value: typeof value === 'object' && value !== null ? value : undefined, end: at }

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
    // Not by assignment: a key named __proto__ is to be a key like any other.
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

  /** At what ends the object or list that is being read. The bracket of an outer one is left for that one. */
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

  /** A closing code fence ends the text as much as its last character does. */
  function atEnd(): boolean {
    return at >= text.length || text.startsWith('```', at)
  }

  /** A text that ends within a string cut it off, unless a quote in it was taken for text: then that was wrong. */
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
    return guessed ? UNREADABLE : content + text.slice(from)
  }

  /**
   * Whether the quote at hand ends its string or stands within it unescaped: what follows tells. If that
   * takes a wrong turn, the grammar soon does not fit, and the reading fails: it does not make things up.
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
    // Models forget to double the backslashes of formulas and paths: an unknown escape is meant as it stands.
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
