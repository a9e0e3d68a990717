import { BareText } from './bare-text.ts'
import type { Cursor } from './cursor.ts'
import { UNREADABLE } from './unreadable.ts'

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
const WORD = /[\w.+-]+/y
/** What can stand within a value without quotes: nothing that opens, closes, quotes or separates. */
const TEXT = /[^,:"'`“”‘’{}[\]()\\\n\r#/]*/y
/** Left to the text's author: what stands for more than it says. */
const ELLIPSIS = /\.\.\.|…/

/** Reads a value without quotes: a literal, a number, or words as BareText. */
export function readBareValue(cursor: Cursor): unknown {
  const start = cursor.at
  const word = cursor.match(WORD)
  if (LITERALS.has(word)) return LITERALS.get(word)
  if (cursor.at < cursor.text.length && NUMBER.test(word)) return Number(word)
  cursor.moveTo(start)
  const bare = cursor.match(TEXT).trim()
  if (cursor.at >= cursor.text.length) cursor.whole = false
  // Where no comma, bracket or new line ends it, nobody knows where it ends.
  const ended = cursor.char !== '' && ',}]\n\r'.includes(cursor.char)
  return ended && !ELLIPSIS.test(bare) ? new BareText(bare) : UNREADABLE
}
