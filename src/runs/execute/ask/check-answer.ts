import type { Completion } from '../../../models/model.ts'
import { trimmed } from '../../../output/read/tokens.ts'
import { type ValidatedOutput, validateOutput } from '../../../output/validate-output.ts'
import { mediaOf } from '../../../tasks/output-modality.ts'
import { type AnswerForm, readForFile, readMediaAnswer } from '../output/read-answer.ts'

/** What an answer comes to as a response. `tooLong`: it is longer than a response may be. */
export type CheckedAnswer =
  | { readonly check: 'valid' | 'repaired'; readonly value: unknown }
  | (Extract<ValidatedOutput, { check: 'invalid' }> & { readonly tooLong: boolean })

/**
 * Reads an answer as a response of the task: its text, which is valid where there is any and no object is wanted, or
 * its picture or recording.
 * @param limit bytes of UTF-8
 */
export function checkAnswer(
  form: AnswerForm,
  completion: Completion,
  limit: number,
): CheckedAnswer | Promise<CheckedAnswer> {
  const { text, ending } = completion
  if (mediaOf(form.modality)) return checkMedia(form, completion)
  const checked = form.compiled
    ? validateOutput(form.compiled, text, limit, { cut: ending === 'cut' })
    : checkText(text, limit)
  const read = form.modality === 'json' || form.modality === 'text' ? checked : readForFile(form, checked)
  if (read.check !== 'invalid') return read
  return { ...read, tooLong: Buffer.byteLength(text) > limit }
}

async function checkMedia(form: AnswerForm, completion: Completion): Promise<CheckedAnswer> {
  const read = await readMediaAnswer(form, completion)
  return read.check === 'invalid' ? { ...read, tooLong: false } : read
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
