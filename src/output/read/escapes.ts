/** What each character means behind a backslash; `u` is apart. */
const ESCAPES = new Map([
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
const ESCAPE = /\\(?:u([0-9a-fA-F]{4})|(.?))/gs

/**
 * The content of a string. In one with a backslash that is no escape, the others before letters are none either:
 * formulas, paths. An unknown escape is read as plain text, since models forget to double their backslashes.
 */
export function decodeEscapes(raw: string): string {
  if (!raw.includes('\\')) return raw
  let literal = false
  for (const { index } of raw.matchAll(ESCAPE)) literal ||= isLiteralEscape(raw, index)
  return raw.replace(ESCAPE, (whole: string, hex: string | undefined, escaped: string | undefined) => {
    if (hex) return String.fromCharCode(Number.parseInt(hex, 16))
    if (literal && /[bfnrt]/.test(escaped ?? '')) return whole
    return ESCAPES.get(escaped ?? '') ?? whole
  })
}

/** Whether the backslash at `at` begins no escape that can be meant: `\\alpha`, and `\\frac`, `\\beta`. */
function isLiteralEscape(text: string, at: number): boolean {
  const escaped = text.charAt(at + 1)
  if (escaped === 'u') return !/^[0-9a-fA-F]{4}$/.test(text.slice(at + 2, at + 6))
  if (escaped === 'b' || escaped === 'f') return /[a-zA-Z]/.test(text.charAt(at + 2))
  return !ESCAPES.has(escaped)
}
