import { BareText } from './bare-text.ts'
import { ESCAPES, isLiteralEscape } from './escapes.ts'

/**
 * A reader of almost-JSON, as models write it. It reads every JSON document as JSON.parse does, and also: comments,
 * missing and surplus commas, keys without quotes, other quotes, newlines and quotes within strings, Python's literals,
 * a wrong closing bracket, values without quotes (as BareText), and objects that only lack their closing brackets at the
 * end of the text. A text that ends within a list, a string, a key or a number cannot be read: nobody knows the rest.
 *
 * Its time is linear in the length of the text, whatever the text is, and it never throws. That is why it is not the
 * jsonrepair package, which needs 13 seconds for 16,000 characters of `"a "a "a`.
 */

/** Deeper than any output format. Without a limit, a text of a million brackets would overflow the stack. */
export const MAX_LOOSE_DEPTH = 200

const UNREADABLE = Symbol('unreadable')

const CLOSING_QUOTES = new Map([
  ['"', '"'],
  ["'", "'"],
  ['“', '”'],
  ['‘', '’'],
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
/** What can stand within a value without quotes: nothing that opens, closes, quotes or separates. */
const BARE_TEXT = /[^,:"'`“”‘’{}[\]()\\\n\r#/]*/y
/** Left to the text's author: what stands for more than it says. */
const ELLIPSIS = /\.\.\.|…/

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
  /** Whether a comma stands before `at`: then something more was to come. */
  let afterComma = false
  let closedByBracket = true
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
      if (atEnd() || text[at] !== ':') return UNREADABLE
      at++
      skipSpace()
      if (atEnd()) return UNREADABLE
      const value = readValue(depth + 1)
      if (value === UNREADABLE) return UNREADABLE
      entries.push([key, value])
    }
    // After a comma, more was to come.
    if (afterComma && !closedByBracket) return UNREADABLE
    // Not by assignment, which would set the prototype for a key named __proto__.
    return Object.fromEntries(entries)
  }

  function readList(depth: number): unknown {
    const items: unknown[] = []
    at++
    while (!atClosing(']')) {
      const item = readValue(depth + 1)
      if (item === UNREADABLE || (item instanceof BareText && item.text === '')) return UNREADABLE
      items.push(item)
    }
    // A list whose end is missing may lack items, too.
    return closedByBracket ? items : UNREADABLE
  }

  /**
   * True at the end of the current object or list, whose bracket is skipped. The bracket of an outer one is not
   * skipped.
   */
  function atClosing(bracket: '}' | ']'): boolean {
    afterComma = false
    closedByBracket = true
    skipSpace()
    while (text[at] === ',') {
      at++
      afterComma = true
      skipSpace()
    }
    if (text[at] === bracket) {
      at++
      return true
    }
    closedByBracket = !atEnd()
    return !closedByBracket || text[at] === '}' || text[at] === ']'
  }

  /** True at the end of the text, or at a closing code fence. */
  function atEnd(): boolean {
    const ended = at >= text.length || text.startsWith('```', at)
    if (ended) whole = false
    return ended
  }

  /** When the text ends within a string, the string was cut off, or a quote was missing: it cannot be read. */
  function readString(quote: string): unknown {
    const closing = CLOSING_QUOTES.get(quote)
    let content = ''
    const start = ++at
    let from = start
    let literal = false
    let guessed = false
    while (at < text.length) {
      const char = text[at]
      if (char === '\\') {
        literal ||= isLiteralEscape(text, at)
        content += text.slice(from, at) + readEscape(false)
        from = at
        continue
      }
      if (char === closing) {
        const role = roleOfQuote()
        if (role === 'unclear') return UNREADABLE
        guessed ||= role === 'text'
        if (role === 'end') return literal ? readAgain(start, at++) : content + text.slice(from, at++)
      }
      at++
    }
    // If a quote in it was read as text, that was wrong, rather than the end.
    if (!guessed) whole = false
    return UNREADABLE
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

  /** In a string with a backslash that is no escape, the others before letters are none either: formulas, paths. */
  function readAgain(start: number, end: number): string {
    const after = at
    let content = ''
    at = start
    while (at < end) {
      const found = text.indexOf('\\', at)
      const until = found === -1 || found > end ? end : found
      content += text.slice(at, until)
      at = until
      if (at < end) content += readEscape(true)
    }
    at = after
    return content
  }

  function readEscape(literal: boolean): string {
    const escaped = text.charAt(at + 1)
    at += 2
    if (escaped === '') return ''
    if (literal && /[bfnrt]/.test(escaped)) return `\\${escaped}`
    if (escaped === 'u') {
      const hex = text.slice(at, at + 4)
      if (/^[0-9a-fA-F]{4}$/.test(hex)) {
        at += 4
        return String.fromCharCode(Number.parseInt(hex, 16))
      }
    }
    // Models forget to double the backslashes in formulas and paths: an unknown escape is read as plain text.
    return ESCAPES.get(escaped) ?? `\\${escaped}`
  }

  function readBareValue(): unknown {
    const start = at
    const word = match(BARE_VALUE)
    if (word !== undefined && LITERALS.has(word)) return LITERALS.get(word)
    if (word !== undefined && at < text.length && NUMBER.test(word)) return Number(word)
    at = start
    const bare = (match(BARE_TEXT) ?? '').trim()
    if (at >= text.length) whole = false
    // Where no comma, bracket or new line ends it, nobody knows where it ends.
    const ended = at < text.length && ',}]\n\r'.includes(text.charAt(at))
    return ended && !ELLIPSIS.test(bare) ? new BareText(bare) : UNREADABLE
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
