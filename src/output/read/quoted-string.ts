import { type Cursor, WHITESPACE } from './cursor.ts'
import { decodeEscapes } from './escapes.ts'
import { CLOSING_QUOTES } from './quotes.ts'
import { UNREADABLE } from './unreadable.ts'

/** Reads the string that opens here. When the text ends within it, it was cut off, or a quote was missing: unreadable. */
export function readQuoted(cursor: Cursor): string | typeof UNREADABLE {
  const closing = CLOSING_QUOTES.get(cursor.char)
  const { text } = cursor
  const start = cursor.at + 1
  let guessed = false
  cursor.moveTo(start)
  while (cursor.at < text.length) {
    if (cursor.char === '\\') cursor.moveTo(cursor.at + 1)
    else if (cursor.char === closing) {
      const role = roleOfQuote(cursor)
      if (role === 'unclear') return UNREADABLE
      if (role === 'end') {
        const content = decodeEscapes(text.slice(start, cursor.at))
        cursor.moveTo(cursor.at + 1)
        return content
      }
      guessed = true
    }
    cursor.moveTo(cursor.at + 1)
  }
  // If a quote in it was read as text, that was wrong, rather than the end.
  if (!guessed) cursor.whole = false
  return UNREADABLE
}

/**
 * Decides by what follows whether the current quote ends its string, or is an unescaped quote within it. After a wrong
 * decision the rest soon violates the grammar, and reading fails: no content is invented.
 */
function roleOfQuote(cursor: Cursor): 'end' | 'text' | 'unclear' {
  const space = cursor.peek(WHITESPACE, cursor.at + 1)
  const next = cursor.text.charAt(cursor.at + 1 + space.length)
  if (next === '' || ',:}]/#`'.includes(next) || space.includes('\n')) return 'end'
  // Two strings side by side, or one of several parts, or a quoted word at the end of a string.
  return next === '+' || (space !== '' && CLOSING_QUOTES.has(next)) ? 'unclear' : 'text'
}
