/** In the first object or list of the text: within a string of another, a backslash before a quote is right. */
const ESCAPED_KEY = /^[^{[]*[{[](?:[\s{[]|\\[nrt])*\\"/
const LEVEL = /\\(["\\/nrt])/g
const MEANING: Record<string, string> = { n: '\n', r: '\r', t: '\t' }

/**
 * JSON that was escaped as if it stood in a string, `{\"a\": 1}` with backslashes, without one level of its escapes; null
 * for any other text.
 */
export function unescapeJson(text: string): string | null {
  if (!text.includes('\\') || !ESCAPED_KEY.test(text)) return null
  return text.replace(LEVEL, (_, escaped: string) => MEANING[escaped] ?? escaped)
}
