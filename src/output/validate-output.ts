import type { OutputIssue } from './check-output.ts'
import type { CompiledOutput } from './compile-output.ts'
import { readOutput } from './read-output.ts'

export type ValidatedOutput =
  | { readonly check: 'valid' | 'repaired'; readonly value: Record<string, unknown> }
  | { readonly check: 'invalid'; readonly issues: readonly OutputIssue[] }

/**
 * Reads and checks a model's answer. `repaired` says that the text had to be mended or a value coerced;
 * `invalid` comes with at least one issue. `maxBytes` is in UTF-8.
 */
export function validateOutput(compiled: CompiledOutput, text: string, maxBytes: number): ValidatedOutput {
  const reading = readOutput(text, maxBytes)
  if (!reading.ok) return { check: 'invalid', issues: [{ path: '', message: reading.reason }] }
  const checked = compiled.check(reading.value)
  if (!checked.ok) return { check: 'invalid', issues: checked.issues }
  return { check: reading.repaired || checked.coerced ? 'repaired' : 'valid', value: checked.value }
}
