import { SplitrunError } from '../error.ts'
import type { ReadOutput } from '../output/read-output.ts'
import type { Run } from '../shapes/run.ts'

/** What a run came to: never the output without the run. */
export interface RunResult<T> {
  readonly output: T
  readonly run: Run
}

/** The result of a run that has ended. Rejects with the reason of one that did not succeed. */
export async function settle<T>(run: Run, readOutput: ReadOutput<T>): Promise<RunResult<T>> {
  if (run.status !== 'succeeded') throw failureOf(run)
  return { output: await readOutput(run), run }
}

/** What a run that did not succeed rejects with, whether its caller waited in one call or came back. */
export function failureOf(run: Run): SplitrunError {
  const { reason, message, retryable } = run.error ?? {
    reason: 'MODEL_ERROR',
    message: `the run has ${run.status}`,
    retryable: false,
  }
  return new SplitrunError(reason, message, { run, retryable })
}
