import { BareText } from './bare-text.ts'
import { readBareValue } from './bare-value.ts'
import type { Cursor } from './cursor.ts'
import { readStrings } from './quoted-string.ts'
import { CLOSING_QUOTES } from './quotes.ts'
import { readKey } from './read-key.ts'
import { COMMA, ELLIPSIS, NEXT_MEMBER, STRAY_WORDS } from './tokens.ts'
import { UNREADABLE } from './unreadable.ts'

/** Deeper than any output format. Without a limit, a text of a million brackets would overflow the stack. */
export const MAX_LOOSE_DEPTH = 200

/**
 * `end` is where reading stopped, after a success or a failure: the text before it need not be read again.
 * `whole`: every bracket was closed, the text did not end before. `elided`: members were left out, by an ellipsis or
 * because they cannot be read.
 */
export interface LooseReading {
  readonly value: object | undefined
  readonly whole: boolean
  readonly elided: boolean
  readonly end: number
}

/**
 * Reads the almost-JSON object or list that opens at the cursor, as models write it; `value` is undefined when it cannot
 * be read. It reads every JSON document as JSON.parse does, and also: comments, missing and surplus commas, missing
 * colons, keys without quotes, other quotes, quotes that are missing where a key tells it, newlines and quotes within
 * strings, strings of several parts, an ellipsis, Python's literals, a wrong closing bracket, values without quotes (as
 * BareText), and objects that only lack their closing brackets at the end of the text. A text that ends within a list, a
 * string, a key or a number cannot be read: nobody knows the rest.
 *
 * Its time is linear in the length of the text, whatever the text is, and it never throws. That is why it is not the
 * jsonrepair package, which needs 13 seconds for 16,000 characters of `"a "a "a`.
 */
export function readLooseJson(cursor: Cursor): LooseReading {
  cursor.whole = true
  cursor.elided = false
  cursor.unquoted = false
  cursor.furthest = cursor.at
  const found = readValue(cursor, 1, false)
  const { whole, elided, unquoted } = cursor
  // With brackets missing as well, the text was cut.
  const isRead = typeof found === 'object' && found !== null && (whole || !unquoted)
  const value = isRead ? found : undefined
  return { value, whole: whole && !unquoted, elided, end: value ? cursor.at : cursor.furthest }
}

function readValue(cursor: Cursor, depth: number, isMember: boolean): unknown {
  const { char } = cursor
  if (char === '{') return depth > MAX_LOOSE_DEPTH ? UNREADABLE : readObject(cursor, depth)
  if (char === '[') return depth > MAX_LOOSE_DEPTH ? UNREADABLE : readList(cursor, depth)
  return CLOSING_QUOTES.has(char)
    ? readStrings(cursor, isMember ? 'value' : 'item')
    : readBareValue(cursor, isMember)
}

function readObject(cursor: Cursor, depth: number): unknown {
  // Made of entries, not by assignment, which would set the prototype for a key named __proto__.
  const entries: [string, unknown][] = []
  let closedEarly: number | undefined
  cursor.moveTo(cursor.at + 1)
  for (;;) {
    const gap = skipToEntry(cursor)
    cursor.elided ||= gap.elided || (gap.comma && cursor.match(STRAY_WORDS) !== '')
    const ended = cursor.atEnd()
    if (ended && !gap.comma) return Object.fromEntries(entries)
    if (!ended && closes(cursor, '}')) {
      if (depth > 1 || !cursor.sees(NEXT_MEMBER)) return Object.fromEntries(entries)
      closedEarly ??= entries.length
      continue
    }
    // After a comma, more was to come.
    const entry = ended ? UNREADABLE : readEntry(cursor, depth)
    if (entry !== UNREADABLE) entries.push(entry)
    else if (closedEarly === undefined) return UNREADABLE
    else {
      // What looked like members behind the object, as in `{"a": 1}, "b": 2}`, was prose, or is broken.
      cursor.elided = true
      return Object.fromEntries(entries.slice(0, closedEarly))
    }
  }
}

function readEntry(cursor: Cursor, depth: number): [string, unknown] | typeof UNREADABLE {
  const key = readKey(cursor)
  if (key === UNREADABLE) return UNREADABLE
  const value = readValue(cursor, depth + 1, true)
  return value === UNREADABLE ? UNREADABLE : [key, value]
}

function readList(cursor: Cursor, depth: number): unknown {
  const items: unknown[] = []
  cursor.moveTo(cursor.at + 1)
  for (;;) {
    const gap = skipToEntry(cursor)
    // A list whose end is missing may lack items, too.
    if (cursor.atEnd()) return UNREADABLE
    if (closes(cursor, ']')) return items
    const separated = items.length === 0 || gap.comma || gap.newLine
    const item = readValue(cursor, depth + 1, false)
    if (item === UNREADABLE) return UNREADABLE
    // Words behind a string, without a comma, may as well belong to it.
    if (item instanceof BareText && (item.text === '' || !separated)) return UNREADABLE
    items.push(item)
  }
}

/** Moves to the next entry or bracket, and says what was passed. After a comma, something more is to come. */
function skipToEntry(cursor: Cursor): { comma: boolean; elided: boolean; newLine: boolean } {
  const start = cursor.at
  let comma = false
  let elided = false
  for (;;) {
    cursor.skipSpace()
    if (cursor.match(COMMA) !== '') comma = true
    else if (cursor.match(ELLIPSIS) !== '') elided = true
    else return { comma, elided, newLine: cursor.text.slice(start, cursor.at).includes('\n') }
  }
}

/** At the end of an object or list, whose bracket is skipped; that of an outer one, which it lacks, is not. */
function closes(cursor: Cursor, bracket: '}' | ']'): boolean {
  if (cursor.char === bracket) {
    cursor.moveTo(cursor.at + 1)
    return true
  }
  return cursor.char === '}' || cursor.char === ']'
}
