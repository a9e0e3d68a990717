/** What spreadsheets take for the beginning of a formula, also in the wide forms of East Asian keyboards. */
const FORMULA = /[=+\-@\uff1d\uff0b\uff0d\uff20]/
/** Behind these a formula begins where a file is read with another separator than a comma. */
const SEPARATOR = /[;\t\r\n]/
/** What spreadsheets pass over before a formula: white space, and what nobody sees. */
const UNSEEN = /[\s\p{Cf}\p{Cc}]/u
/** A number, or what is written like one, computes nothing. */
const NUMBER = /^[+-]?\d[\d .,]*(e[+-]?\d+)?%?$/i
const NEEDS_QUOTES = /[",;\t\r\n']|^\s|\s$/

/**
 * A text of which no spreadsheet makes a formula: an apostrophe stands before what would begin one, at the beginning of the
 * cell and behind separators within it. Numbers stay as they are.
 */
export function withoutFormulas(text: string): string {
  if (!FORMULA.test(text) || NUMBER.test(text)) return text
  // Step by step: a pattern would look at a long space once for each place in it.
  const pieces: string[] = []
  let from = 0
  let begins = true
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at] ?? ''
    if (SEPARATOR.test(character)) begins = true
    else if (begins && !UNSEEN.test(character)) {
      begins = false
      if (!FORMULA.test(character)) continue
      pieces.push(text.slice(from, at), "'")
      from = at
    }
  }
  return pieces.length === 0 ? text : pieces.join('') + text.slice(from)
}

/** A value of a response as a cell: objects and lists are JSON, and null is empty. */
function cellOf(value: unknown): string {
  if (value === null || value === undefined) return ''
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  const text = withoutFormulas(typeof value === 'string' ? value : JSON.stringify(value))
  return NEEDS_QUOTES.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

/** Rows as comma-separated values (RFC 4180), without formulas. */
export const csvText = (rows: readonly (readonly unknown[])[]): string =>
  rows.map((row) => `${row.map(cellOf).join(',')}\r\n`).join('')
