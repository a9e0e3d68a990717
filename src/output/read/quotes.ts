/** What may close the string that each quote opens. Typewriter's quotes do not mix with others, which are text there. */
export const CLOSING_QUOTES = new Map([
  ['"', '"'],
  ["'", "'"],
  ['“', '”"'],
  ['”', '”"'],
  ['„', '“”"'],
  ['‘', "’'"],
  ['’', "’'"],
  ['`', '`´'],
  ['´', '´`'],
  ['«', '»'],
])
