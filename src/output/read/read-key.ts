import type { Cursor } from './cursor.ts'
import { readStrings } from './quoted-string.ts'
import { CLOSING_QUOTES } from './quotes.ts'
import { COLON_MARK, PLAIN_KEY, UNCLOSED_KEY, VALUE_START } from './tokens.ts'
import { UNREADABLE } from './unreadable.ts'

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
  const unclosed = cursor.match(UNCLOSED_KEY)
  if (unclosed !== '' && atValue(cursor, false)) return unclosed.slice(1)
  cursor.moveTo(start)
  if (!CLOSING_QUOTES.has(cursor.char)) return UNREADABLE
  const key = readStrings(cursor, 'key')
  return key !== UNREADABLE && atValue(cursor, true) ? key : UNREADABLE
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
