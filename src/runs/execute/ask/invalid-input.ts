import type { RunError } from '../../run.ts'

/** The error of a run whose inputs do not fit the revision that was drawn. */
export function invalidInput(why: string): RunError {
  return {
    reason: 'INPUT_INVALID',
    message: `The inputs do not fit the task's revision: ${why}.`,
    retryable: false,
  }
}
