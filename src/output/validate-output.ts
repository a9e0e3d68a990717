import type { OutputIssue } from './check-output.ts'
import type { CompiledOutput } from './compile-output.ts'
import { findFitting } from './find-fitting.ts'
import { readOutput } from './read-output.ts'

export type ValidatedOutput =
  | { readonly check: 'valid' | 'repaired'; readonly value: Record<string, unknown> }
  /** `truncated`: the text ended in the middle of its JSON, so that more room may help. */
  | { readonly check: 'invalid'; readonly issues: readonly OutputIssue[]; readonly truncated: boolean }

/** How a completion ended, as far as its reading depends on it. */
export interface OutputEnding {
  /** The server says that the text was cut off, as with `finish_reason: "length"`. */
  readonly cut: boolean
}

/**
 * Reads and checks the text of a completion. `repaired`: the text was not JSON by itself, or a value was coerced.
 * Of several objects the last that fits counts. An object that shares no key with the format is unwrapped if exactly one
 * object within it fits. `invalid` has at least one issue. `maxBytes` is the limit of the text in bytes of UTF-8. Of a
 * text that was cut off, only JSON that is whole as it stands is accepted: nothing is mended at its end.
 */
export function validateOutput(
  compiled: CompiledOutput,
  text: string,
  maxBytes: number,
  ending: OutputEnding = { cut: false },
): ValidatedOutput {
  const invalid = (issues: readonly OutputIssue[], truncated: boolean): ValidatedOutput => ({
    check: 'invalid',
    issues,
    truncated,
  })
  const reading = readOutput(text, maxBytes)
  if (!reading.ok) return invalid([{ path: '', message: reading.reason }], ending.cut || reading.truncated)
  if (ending.cut && reading.truncated) return invalid([{ path: '', message: 'was cut off' }], true)
  // An object whose end is missing began last, and would have been the answer.
  const candidates = reading.truncated ? reading.candidates.slice(-1) : reading.candidates
  const { checked, unwrapped } = findFitting(compiled, candidates)
  if (!checked.ok) return invalid(checked.issues, reading.truncated)
  // What stands behind the missing end may be just the optional keys.
  if (reading.truncated && checked.filled) return invalid([{ path: '', message: 'was cut off' }], true)
  if (reading.elided && checked.filled) return invalid([{ path: '', message: 'leaves keys out' }], false)
  const asItStands = !reading.repaired && !checked.coerced && !unwrapped
  return { check: asItStands ? 'valid' : 'repaired', value: checked.value }
}
