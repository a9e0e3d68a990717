import { BareText } from './bare-text.ts'
import type { Cursor } from './cursor.ts'
import { readStrings } from './quoted-string.ts'
import { CLOSING_QUOTES } from './quotes.ts'
import { AFTER_COMMA, AFTER_WORD, COMMENT_START, QUOTED_KEY, trimmed } from './tokens.ts'
import { UNREADABLE } from './unreadable.ts'

const LITERALS = new Map<string, unknown>([
  ['true', true],
  ['True', true],
  ['TRUE', true],
  ['false', false],
  ['False', false],
  ['FALSE', false],
  ['null', null],
  ['Null', null],
  ['NULL', null],
  ['None', null],
  ['undefined', null],
  ['NaN', null],
])
const NUMBER = /^[+-]?(0|[1-9]\d*)(\.\d*)?([eE][+-]?\d+)?$/
const WORD = /[\w.+-]+/y
/** Thousands with commas between them, where the next member cannot begin. In a list they are several numbers. */
const GROUPED = /[+-]?[1-9]\d{0,2}(?:,\d{3})+(?:\.\d+)?(?=\s*(?:,\s*["'“‘`}]|,\s*[A-Za-z_$]|[}\n\r]|\/[/*]))/y
/** Wrappers that say what kind of value theirs is. What other functions make of a value, nobody knows. */
const WRAPPER =
  /(?:new[ \t]+)?(?:ObjectId|ISODate|UUID|Date|Timestamp|Decimal(?:128)?|Number(?:Long|Int|Decimal|Double)?)\(/y
const URL_TEXT = /[a-zA-Z][a-zA-Z+.-]{0,20}:\/\/[^\s"'`,{}[\]()<>\\]+/y
/** What can stand within a value without quotes: nothing that opens, closes, quotes or separates. */
const TEXT = /[^,:"'`´“”„‘’«»{}[\]()\\\n\r#/]*/y
/** ... but an apostrophe, the colon of a time, a slash that begins no comment, and words in brackets. */
const WITHIN_TEXT = /(?<=\w)['’](?=\w)|(?<=\d):(?=\d)|\/(?![/*])|(?<=\w)\{[\w .-]*\}|(?<=\w )\([\w .-]*\)/y
const CLOSED_BY_QUOTE = /["”]\s*(?:[,}\]]|$)/y
/** Left to the text's author: what stands for more than it says. */
const ELLIPSIS = /\.\.\.|…/

/** Reads a value without quotes: a literal, a number, or words as BareText. `isMember`: of an object. */
export function readBareValue(cursor: Cursor, isMember: boolean): unknown {
  if (cursor.match(WRAPPER) !== '') return readArgument(cursor)
  const start = cursor.at
  const grouped = isMember ? cursor.match(GROUPED) : ''
  if (grouped !== '') return new BareText(grouped)
  const word = cursor.match(WORD)
  if (LITERALS.has(word) && endsWord(cursor)) return LITERALS.get(word)
  // A number at the end of the text may lack digits.
  if (NUMBER.test(word) && cursor.at < cursor.text.length && endsWord(cursor)) return Number(word)
  cursor.moveTo(start)
  return readText(cursor, isMember)
}

function endsWord(cursor: Cursor): boolean {
  return cursor.sees(AFTER_WORD) && !cursor.sees(CLOSED_BY_QUOTE)
}

function readText(cursor: Cursor, isMember: boolean): unknown {
  const start = cursor.at
  cursor.match(URL_TEXT)
  let hasCommas = false
  for (;;) {
    if (cursor.match(TEXT) !== '' || cursor.match(WITHIN_TEXT) !== '') continue
    if (!isMember || cursor.at === start || cursor.char !== ',' || cursor.sees(AFTER_COMMA)) break
    hasCommas = true
    cursor.moveTo(cursor.at + 1)
  }
  const text = cursor.text.slice(start, cursor.at)
  const bare = trimmed(text)
  if (cursor.at >= cursor.text.length) cursor.whole = false
  return endsText(cursor, text, hasCommas) && !ELLIPSIS.test(bare) ? new BareText(bare) : UNREADABLE
}

/** Where no comma, bracket, new line, comment, key or closing quote ends a text, nobody knows where it ends. */
function endsText(cursor: Cursor, text: string, hasCommas: boolean): boolean {
  const { char } = cursor
  if (char !== '' && ',}]\n\r'.includes(char)) return true
  if (text === '') return false
  if (cursor.sees(CLOSED_BY_QUOTE)) {
    cursor.moveTo(cursor.at + 1)
    return true
  }
  return !hasCommas && /\s/.test(text.slice(-1)) && (cursor.sees(COMMENT_START) || cursor.sees(QUOTED_KEY))
}

function readArgument(cursor: Cursor): unknown {
  cursor.skipSpace()
  const isString = CLOSING_QUOTES.has(cursor.char)
  const value = isString ? readStrings(cursor, 'argument') : cursor.match(WORD)
  cursor.skipSpace()
  if (cursor.atEnd() || cursor.char !== ')' || value === UNREADABLE) return UNREADABLE
  cursor.moveTo(cursor.at + 1)
  if (isString) return value
  return typeof value === 'string' && NUMBER.test(value) ? Number(value) : UNREADABLE
}
