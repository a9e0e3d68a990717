import type { Cursor } from './cursor.ts'
import { readStrings } from './quoted-string.ts'
import { CLOSING_QUOTES } from './quotes.ts'
import { COLON_MARK, END_OF_KEY, KEY_TO_COLON, PLAIN_KEY, trimmed, VALUE_START } from './tokens.ts'
import { UNREADABLE } from './unreadable.ts'

const NO_QUOTE = /[^"\\]*/y
const QUOTE = /["'“”„‘’`´«»]/g

/** Reads a key and moves to its value. A colon may be missing where the value cannot be anything else. */
export function readKey(cursor: Cursor): string | typeof UNREADABLE {
  const start = cursor.at
  const plain = cursor.match(PLAIN_KEY)
  if (plain !== '' && atValue(cursor, CLOSING_QUOTES.has(plain.charAt(0)))) return plain.replace(QUOTE, '')
  if (plain !== '' && cursor.at >= cursor.text.length) {
    cursor.whole = false
    return UNREADABLE
  }
  cursor.moveTo(start)
  const unclosed = cursor.match(KEY_TO_COLON)
  if (unclosed !== '' && lacksQuote(cursor) && atValue(cursor, false)) return unclosed.slice(1)
  cursor.moveTo(start)
  if (!CLOSING_QUOTES.has(cursor.char)) return UNREADABLE
  const key = readStrings(cursor, 'key')
  const written = cursor.text.slice(start, cursor.at)
  if (key === UNREADABLE || !atValue(cursor, true)) return UNREADABLE
  // A line break that is not escaped belongs to the layout, not to the key.
  return written.includes('\n') ? trimmed(key) : key
}

/** Whether the next quote belongs to something else than the key that began. Where none is left, the text may be cut. */
function lacksQuote(cursor: Cursor): boolean {
  let { at } = cursor
  for (;;) {
    at += cursor.peek(NO_QUOTE, at).length
    if (cursor.text[at] !== '\\') break
    at += 2
  }
  return at < cursor.text.length && !cursor.sees(END_OF_KEY, at)
}

/** Moves to the value, if there is one. */
function atValue(cursor: Cursor, isQuoted: boolean): boolean {
  const end = cursor.at
  cursor.skipSpace()
  const spaced = cursor.at > end
  if (cursor.match(COLON_MARK) !== '') {
    cursor.skipSpace()
    return !cursor.atEnd()
  }
  if (cursor.atEnd() || !cursor.sees(VALUE_START)) return false
  // Behind a key without quotes, only a string stands for itself: `{see {a}` is prose.
  return CLOSING_QUOTES.has(cursor.char) ? spaced : isQuoted
}
