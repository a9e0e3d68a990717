import type { OutputIssue } from './check-output.ts'
import type { CompiledOutput } from './compile-output.ts'
import { readOutput } from './read-output.ts'

export type ValidatedOutput =
  | { readonly check: 'valid' | 'repaired'; readonly value: Record<string, unknown> }
  | { readonly check: 'invalid'; readonly issues: readonly OutputIssue[] }

/**
 * Reads and checks the text of a completion. `repaired`: the text was not JSON by itself, or a value was coerced.
 * `invalid` has at least one issue. `maxBytes` is the limit of the text in bytes of UTF-8.
 */
export function validateOutput(compiled: CompiledOutput, text: string, maxBytes: number): ValidatedOutput {
  const reading = readOutput(text, maxBytes)
  if (!reading.ok) return { check: 'invalid', issues: [{ path: '', message: reading.reason }] }
  const checked = compiled.check(reading.value)
  if (!checked.ok) return { check: 'invalid', issues: checked.issues }
  return { check: reading.repaired || checked.coerced ? 'repaired' : 'valid', value: checked.value }
}
