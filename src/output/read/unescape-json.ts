/** A first key in doubled quotes: the text was escaped as a field of CSV is. */
const DOUBLED_KEY = /^[^{[]*[{[][\s{[]*""[\w.$-]{1,64}""\s*:/

/** JSON in which each quote was doubled, `{""a"": ""x""}`, with single ones; any other text as it is. */
export function withoutDoubledQuotes(text: string): string {
  return text.includes('""') && DOUBLED_KEY.test(text) ? text.replace(/(["'])\1/g, '$1') : text
}

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
