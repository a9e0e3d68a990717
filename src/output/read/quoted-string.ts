import type { Cursor } from './cursor.ts'
import { decodeEscapes } from './escapes.ts'
import { CLOSING_QUOTES, type StringPlace } from './quotes.ts'
import { roleOfQuote } from './role-of-quote.ts'
import { UNREADABLE } from './unreadable.ts'

const PART = /\+/y
/** JSON in a code fence within a string, whose quotes are not escaped. */
const FENCED = /"```(?:json)?(?:\s|\\n)*[{[][^`]*[}\]](?:\s|\\n)*```"(?=\s*[,}\]])/y
/** A bracket that a text closes, and did not open, is none of its own. */
const WITHOUT_BRACKETS = /[^{}[\]]*/y
const LAST_BRACKETS = /^[}\]](?:\s*[}\]])*\s*(?:```\s*)?$/
const ESCAPED = /\\.?/sy
const TRIPLE = /"""|'''/y
/** What a string without its closing quote has behind it, which does not belong to it. */
const AFTER_END = /[\s,，]/
const ONE_CURLY_QUOTE = /^[^“”„]*[“”]$/

/**
 * Reads the string that opens here, and those that are added to it with `+`. When the text ends within a string, that was
 * cut off and cannot be read; but where it ends in closing brackets, and the string has no other, only its quote is missing.
 */
export function readStrings(cursor: Cursor, place: StringPlace): string | typeof UNREADABLE {
  let content = ''
  for (;;) {
    const part = cursor.sees(TRIPLE) ? readTriple(cursor) : (readFenced(cursor) ?? readQuoted(cursor, place))
    if (part === UNREADABLE || place === 'key') return part
    content += part
    const after = cursor.at
    cursor.skipSpace()
    if (cursor.match(PART) === '') {
      cursor.moveTo(after)
      return content
    }
    cursor.skipSpace()
    if (!CLOSING_QUOTES.has(cursor.char)) return UNREADABLE
  }
}

function readQuoted(cursor: Cursor, place: StringPlace): string | typeof UNREADABLE {
  const closing = CLOSING_QUOTES.get(cursor.char) ?? ''
  const { text } = cursor
  const start = cursor.at + 1
  const inner = { count: 0, open: false }
  cursor.moveTo(start)
  while (cursor.at < text.length) {
    if (cursor.match(ESCAPED) !== '') continue
    if (closing.includes(cursor.char)) {
      const role = roleOfQuote(cursor, start, place, inner)
      if (role === 'unclear') return UNREADABLE
      if (role !== 'text') {
        const content = text.slice(start, cursor.at)
        if (role === 'key') return withoutQuote(content)
        cursor.moveTo(cursor.at + 1)
        return decodeEscapes(content)
      }
      inner.count++
    }
    cursor.moveTo(cursor.at + 1)
  }
  if (inner.count === 0 && place !== 'key') {
    cursor.moveTo(start)
    const content = cursor.match(WITHOUT_BRACKETS)
    // What stands behind a comma in a list would have been another item.
    if (LAST_BRACKETS.test(text.slice(cursor.at)) && (place !== 'item' || !content.includes(','))) {
      cursor.unquoted = true
      return withoutQuote(content)
    }
    cursor.moveTo(text.length)
  }
  // If a quote in it was read as text, that was wrong, rather than the end.
  if (inner.count === 0) cursor.whole = false
  return UNREADABLE
}

function readFenced(cursor: Cursor): string | undefined {
  const fenced = cursor.match(FENCED)
  return fenced === '' ? undefined : decodeEscapes(fenced.slice(1, -1))
}

/** Python's long strings, in which every quote is text. */
function readTriple(cursor: Cursor): string | typeof UNREADABLE {
  const start = cursor.at + 3
  const quote = cursor.match(TRIPLE)
  const end = cursor.find(quote)
  cursor.moveTo(end)
  if (end - 3 < start || !cursor.text.endsWith(quote, end)) {
    cursor.whole = false
    return UNREADABLE
  }
  return decodeEscapes(cursor.text.slice(start, end - 3))
}

/** A string that lacks its closing quote, as far as it is one: what ends in another quote may have just that. */
function withoutQuote(raw: string): string | typeof UNREADABLE {
  let end = raw.length
  while (end > 0 && AFTER_END.test(raw.charAt(end - 1))) end--
  const content = raw.slice(0, end)
  return ONE_CURLY_QUOTE.test(content) ? UNREADABLE : decodeEscapes(content)
}
