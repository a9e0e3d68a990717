import type { Score } from '../../tasks/scores/score.ts'

/** A form has only text: the name of a field says whether the value is that text, or what it is as JSON. */
const FIELD = /^(json|text):(.+)$/s

/** The name of the field for a score. */
export const nameOfField = (name: string, { type }: Score): string =>
  `${type === 'category' ? 'text' : 'json'}:${name}`

/**
 * The fields of the page's form as feedback: an empty one takes back, and an empty comment says nothing. Fields of other forms
 * stay as they are.
 */
export function readFeedbackForm(fields: Readonly<Record<string, string>>): Record<string, unknown> {
  const scores: [string, unknown][] = []
  const others: [string, string][] = []
  for (const [field, text] of Object.entries(fields)) {
    const [, kind, name] = FIELD.exec(field) ?? []
    if (name === undefined) others.push([field, text])
    else scores.push([name, text === '' ? null : kind === 'json' ? readValue(text) : text])
  }
  if (scores.length === 0) return Object.fromEntries(others)
  const said = others.filter(([field, text]) => field !== 'comment' || text.trim() !== '')
  return { ...Object.fromEntries(said), scores: Object.fromEntries(scores) }
}

/** What is neither stays text, to be refused as what it is. */
function readValue(text: string): unknown {
  if (text === 'true' || text === 'false') return text === 'true'
  return Number.isFinite(Number(text)) ? Number(text) : text
}
