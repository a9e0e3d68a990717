import type { Completion } from '../../../models/model.ts'
import type { CompiledOutput } from '../../../output/compile-output.ts'
import { trimmed } from '../../../output/read/tokens.ts'
import { type ValidatedOutput, validateOutput } from '../../../output/validate-output.ts'

/** What an answer comes to as a response. `tooLong`: it is longer than a response may be. */
export type CheckedAnswer =
  | { readonly check: 'valid' | 'repaired'; readonly value: unknown }
  | (Extract<ValidatedOutput, { check: 'invalid' }> & { readonly tooLong: boolean })

/**
 * Reads the text of an answer as a response of the task.
 * @param compiled null for plain text, which is valid where there is any
 * @param limit bytes of UTF-8
 */
export function checkAnswer(
  compiled: CompiledOutput | null,
  { text, ending }: Completion,
  limit: number,
): CheckedAnswer {
  const checked = compiled
    ? validateOutput(compiled, text, limit, { cut: ending === 'cut' })
    : checkText(text, limit)
  if (checked.check !== 'invalid') return checked
  return { ...checked, tooLong: Buffer.byteLength(text) > limit }
}

function checkText(text: string, limit: number): ValidatedOutput | { check: 'valid'; value: string } {
  const problem =
    Buffer.byteLength(text) > limit
      ? `is longer than ${limit} bytes`
      : trimmed(text) === ''
        ? 'is empty'
        : null
  if (problem === null) return { check: 'valid', value: text }
  return { check: 'invalid', issues: [{ path: '', message: problem }], truncated: false }
}
