/** What closes the string that each quote opens. */
export const CLOSING_QUOTES = new Map([
  ['"', '"'],
  ["'", "'"],
  ['“', '”'],
  ['‘', '’'],
])
