import type { OutputIssue } from './check-output.ts'
import type { CompiledOutput } from './compile-output.ts'

const MAX_ISSUES_LISTED = 20
const MAX_ISSUE_LENGTH = 600

/** The user's message after a text that was cut short, or that was empty. */
export function repeatRequest(cut: boolean): string {
  return cut
    ? 'Your answer was cut short before its end. Write it again, the whole of it, and as briefly as the task allows.'
    : 'Your answer was empty. Answer again, in plain text, and call no tool.'
}

/**
 * The user's message after a completion that does not match: the issues, limited in number and length.
 * @param schema for a conversation that does not hold it; null for one that does
 * @param cut true when the completion was cut short: then that is what is wrong with it
 */
export function repairRequest(
  issues: readonly OutputIssue[],
  schema: string | null = null,
  cut = false,
): string {
  if (cut) {
    return [
      'Your answer was cut short before its end.',
      'Answer again with the JSON object only: the whole of it, no other text, and as briefly as the task allows.',
      ...(schema ? [schema] : []),
    ].join('\n')
  }
  const listed = issues.slice(0, MAX_ISSUES_LISTED)
  const lines = listed.map(({ path, message }) =>
    `- ${path || 'the answer'}: ${message}`.slice(0, MAX_ISSUE_LENGTH),
  )
  const more = issues.length - listed.length
  if (more > 0) lines.push(`- and ${more} more`)
  return [
    'Your answer does not have the required structure:',
    ...lines,
    'Answer again with the corrected JSON object only: the whole of it, and no other text.',
    ...(schema ? [schema] : []),
  ].join('\n')
}

/**
 * The text to add to the system prompt of a model that does not support JSON Schema; null for one that does. It contains
 * the word JSON, which servers require for `json_object`.
 */
export function outputInstructions(
  compiled: CompiledOutput,
  capability: 'json_schema' | 'json_object' | 'none',
): string | null {
  if (capability === 'json_schema') return null
  return [
    'Answer with one JSON object only: no other text, no code fence. It must match this JSON Schema:',
    JSON.stringify(compiled.jsonSchema),
  ].join('\n')
}
