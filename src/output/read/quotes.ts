/** Where a string stands: as key or value of an object, in a list, or in the parentheses that close an argument. */
export type StringPlace = 'key' | 'value' | 'item' | 'argument'

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
