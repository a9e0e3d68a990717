import { SplitrunError } from '../error.ts'
import type { Run } from '../shapes/run.ts'
import { pathOf, type StandardSchema } from './standard-schema.ts'

/** Makes the output of a run that succeeded. */
export type ReadOutput<T> = (run: Run) => Promise<T>

/** The response as it is: the server has checked it against the task's `output_format`. */
export const asItIs = async <T>(run: Run): Promise<T> => run.response as T

/** The response as a schema takes it. It rejects with OUTPUT_MISMATCH for one that the schema refuses. */
export function checkedBy<T>(schema: StandardSchema<T>): ReadOutput<T> {
  return async (run) => {
    const result = await schema['~standard'].validate(run.response)
    if (!result.issues) return result.value
    const issues = result.issues.map((issue) => ({
      loc: ['response', ...pathOf(issue)],
      msg: issue.message,
      type: 'schema',
    }))
    throw new SplitrunError('OUTPUT_MISMATCH', 'the output is not as the schema wants it', { run, issues })
  }
}
