import type { CompiledOutput, OutputIssue } from './compile-output.ts'

/** What a model is told when its answer does not fit: the issues, bounded, and nothing else. */
export function repairRequest(issues: readonly OutputIssue[]): string {
  const lines = issues.map(({ path, message }) =>
    `- ${path === '' ? 'the answer' : path}: ${message}`.slice(0, 600),
  )
  return [
    'Your answer does not have the required structure:',
    ...lines,
    'Answer again with the corrected JSON object only, without any other text.',
  ].join('\n')
}

/** What is added to the system prompt for a model that cannot be given the schema itself; null where it can. */
export function outputInstructions(
  compiled: CompiledOutput,
  capability: 'json_schema' | 'json_object' | 'none',
): string | null {
  if (capability === 'json_schema') return null
  return [
    'Answer with one JSON object only, without any other text. It must match this JSON Schema:',
    JSON.stringify(compiled.jsonSchema),
  ].join('\n')
}
