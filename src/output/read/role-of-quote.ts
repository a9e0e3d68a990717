import type { Cursor } from './cursor.ts'
import { CLOSING_QUOTES, type StringPlace } from './quotes.ts'
import { AFTER_STRING, BREAK_BEFORE_END, COLON_MARK, ELLIPSIS, QUOTED_KEY, SPACE } from './tokens.ts'

/** The unescaped quotes within a string: how many, and whether one of them opened a quotation that is not closed yet. */
export interface InnerQuotes {
  readonly count: number
  open: boolean
}

/** `key`: it opens the next key, and the string lacks its closing quote. */
export type QuoteRole = 'end' | 'text' | 'key' | 'unclear'

const FENCE = /```/y
const ADDED = /\+\s*["'“‘`]/y
const NEXT_AFTER_COMMA = /，\s*["“]/y
/** A quote behind one of these, and before a letter, opens a quotation within a text. */
const OPENS_AFTER = /[\s([{<=>,;:/—–-]/

/**
 * Decides by its surroundings whether the quote at the cursor ends the string that began at `start`. After a wrong decision
 * the rest soon violates the grammar, and reading fails: no content is invented.
 */
export function roleOfQuote(
  cursor: Cursor,
  start: number,
  place: StringPlace,
  inner: InnerQuotes,
): QuoteRole {
  if (place === 'value' && cursor.sees(QUOTED_KEY) && separatedBefore(cursor, start)) {
    return inner.count === 0 ? 'key' : 'unclear'
  }
  const role = roleByWhatFollows(cursor, place, inner)
  // A quotation that is not closed, as in `"the "best"`: where the quote is missing, nobody knows.
  if (role === 'end' && inner.open) return 'unclear'
  if (role !== 'text') return role
  const opens = !inner.open && opensQuotation(cursor, start)
  // In a list, an item may end here, without its comma.
  if (place === 'item' && !inner.open && !opens && /\s/.test(cursor.text.charAt(cursor.at + 1)))
    return 'unclear'
  inner.open = opens
  return role
}

function roleByWhatFollows(cursor: Cursor, place: StringPlace, inner: InnerQuotes): QuoteRole {
  const space = cursor.peek(SPACE, cursor.at + 1)
  const at = cursor.at + 1 + space.length
  const next = cursor.text.charAt(at)
  if (next === '' || next === '#' || cursor.sees(FENCE, at) || cursor.sees(BREAK_BEFORE_END, at)) return 'end'
  if (next === ')') return place === 'argument' ? 'end' : 'text'
  if (cursor.sees(COLON_MARK, at)) return place === 'key' || next === ':' ? 'end' : 'text'
  if (',}]'.includes(next)) {
    return inner.open && !space.includes('\n') && !cursor.sees(AFTER_STRING, at) ? 'text' : 'end'
  }
  if (space.includes('\n') || startsComment(cursor.text, at)) return 'end'
  if (cursor.sees(ELLIPSIS, at) || cursor.sees(NEXT_AFTER_COMMA, at)) return inner.open ? 'text' : 'end'
  if (next === '+') return inner.count === 0 && cursor.sees(ADDED, at) ? 'end' : 'unclear'
  if (CLOSING_QUOTES.has(next)) return roleBeforeQuote(cursor, at, space !== '', place, inner)
  return 'text'
}

/** Two strings without a comma between them, or a quotation within a text. */
function roleBeforeQuote(
  cursor: Cursor,
  at: number,
  spaced: boolean,
  place: StringPlace,
  inner: InnerQuotes,
): QuoteRole {
  if (place === 'value' && cursor.sees(QUOTED_KEY, at)) return 'end'
  if (!spaced || inner.open) return 'text'
  return inner.count === 0 && (place === 'value' || place === 'item') ? 'end' : 'unclear'
}

/** Whether a comma or a new line stands before the quote: a string may have ended there. */
function separatedBefore({ text, at }: Cursor, start: number): boolean {
  let before = at - 1
  while (before >= start && /\s/.test(text.charAt(before))) {
    if (text[before] === '\n') return true
    before--
  }
  return before >= start && (text[before] === ',' || text[before] === '，')
}

/** Not a single quote, which may be an apostrophe. */
function opensQuotation({ text, at }: Cursor, start: number): boolean {
  if (text[at] === "'" || text[at] === '’') return false
  return (at === start || OPENS_AFTER.test(text.charAt(at - 1))) && !/\s/.test(text.charAt(at + 1))
}

function startsComment(text: string, at: number): boolean {
  return text.startsWith('//', at) || text.startsWith('/*', at)
}
