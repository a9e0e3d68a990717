/**
 * Values are written as JSON: a form has only text, and browsers change its line breaks. What somebody has typed is a number
 * where it is one.
 */
const FIELD = /^score:(.+)$/s

/** The name of the field for a score. */
export const nameOfField = (name: string): string => `score:${name}`

/**
 * The fields of the page's form as feedback: an empty one takes back, and an empty comment says nothing. Fields of other forms
 * stay as they are.
 */
export function readFeedbackForm(fields: Readonly<Record<string, string>>): Record<string, unknown> {
  const scores: [string, unknown][] = []
  const others: [string, string][] = []
  for (const [field, text] of Object.entries(fields)) {
    const name = FIELD.exec(field)?.[1]
    if (name === undefined) others.push([field, text])
    else scores.push([name, text.trim() === '' ? null : readValue(text)])
  }
  if (scores.length === 0) return Object.fromEntries(others)
  // Browsers count a line break once, and send two characters for it: what fits into the field would be too long.
  const said = others
    .filter(([field, text]) => field !== 'comment' || text.trim() !== '')
    .map(([field, text]) => [field, field === 'comment' ? text.replaceAll('\r\n', '\n') : text])
  return { ...Object.fromEntries(said), scores: Object.fromEntries(scores) }
}

/** What is neither stays text, to be refused as what it is. */
function readValue(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // `.5` is no JSON.
    return Number.isFinite(Number(text)) ? Number(text) : text
  }
}
