/** What each character means behind a backslash; `u` is apart. */
export const ESCAPES = new Map([
  ['"', '"'],
  ["'", "'"],
  ['\\', '\\'],
  ['/', '/'],
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
  ['\n', '\n'],
])

/** Whether the backslash at `at` begins no escape that can be meant: `\\alpha`, and `\\frac`, `\\beta`. */
export function isLiteralEscape(text: string, at: number): boolean {
  const escaped = text.charAt(at + 1)
  if (escaped === 'u') return !/^[0-9a-fA-F]{4}$/.test(text.slice(at + 2, at + 6))
  if (escaped === 'b' || escaped === 'f') return /[a-zA-Z]/.test(text.charAt(at + 2))
  return !ESCAPES.has(escaped)
}
