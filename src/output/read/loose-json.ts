import { BareText } from './bare-text.ts'
import { readBareValue } from './bare-value.ts'
import { Cursor } from './cursor.ts'
import { readQuoted } from './quoted-string.ts'
import { CLOSING_QUOTES } from './quotes.ts'
import { UNREADABLE } from './unreadable.ts'

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

const BARE_KEY = /[\w.$-]+/y

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
  const cursor = new Cursor(text, start)
  const value = readValue(cursor, 1)
  return {
    value: typeof value === 'object' && value !== null ? value : undefined,
    whole: cursor.whole,
    end: cursor.at,
  }
}

function readValue(cursor: Cursor, depth: number): unknown {
  const { char } = cursor
  if (char === '{') return depth > MAX_LOOSE_DEPTH ? UNREADABLE : readObject(cursor, depth)
  if (char === '[') return depth > MAX_LOOSE_DEPTH ? UNREADABLE : readList(cursor, depth)
  return CLOSING_QUOTES.has(char) ? readQuoted(cursor) : readBareValue(cursor)
}

function readObject(cursor: Cursor, depth: number): unknown {
  const entries: [string, unknown][] = []
  cursor.moveTo(cursor.at + 1)
  for (;;) {
    const afterComma = skipCommas(cursor)
    if (cursor.atEnd()) {
      // After a comma, more was to come.
      if (afterComma) return UNREADABLE
      break
    }
    if (closes(cursor, '}')) break
    const key = CLOSING_QUOTES.has(cursor.char) ? readQuoted(cursor) : cursor.match(BARE_KEY) || UNREADABLE
    if (key === UNREADABLE) return UNREADABLE
    cursor.skipSpace()
    if (cursor.atEnd() || cursor.char !== ':') return UNREADABLE
    cursor.moveTo(cursor.at + 1)
    cursor.skipSpace()
    if (cursor.atEnd()) return UNREADABLE
    const value = readValue(cursor, depth + 1)
    if (value === UNREADABLE) return UNREADABLE
    entries.push([key, value])
  }
  // Not by assignment, which would set the prototype for a key named __proto__.
  return Object.fromEntries(entries)
}

function readList(cursor: Cursor, depth: number): unknown {
  const items: unknown[] = []
  cursor.moveTo(cursor.at + 1)
  for (;;) {
    skipCommas(cursor)
    // A list whose end is missing may lack items, too.
    if (cursor.atEnd()) return UNREADABLE
    if (closes(cursor, ']')) return items
    const item = readValue(cursor, depth + 1)
    if (item === UNREADABLE || (item instanceof BareText && item.text === '')) return UNREADABLE
    items.push(item)
  }
}

/** Moves to the next entry or bracket. Whether a comma was passed: then something more is to come. */
function skipCommas(cursor: Cursor): boolean {
  cursor.skipSpace()
  const found = cursor.char === ','
  while (cursor.char === ',') {
    cursor.moveTo(cursor.at + 1)
    cursor.skipSpace()
  }
  return found
}

/** At the end of an object or list, whose bracket is skipped; that of an outer one, which it lacks, is not. */
function closes(cursor: Cursor, bracket: '}' | ']'): boolean {
  if (cursor.char === bracket) {
    cursor.moveTo(cursor.at + 1)
    return true
  }
  return cursor.char === '}' || cursor.char === ']'
}
