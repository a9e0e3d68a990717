import type { ModelError } from '../../../models/model.ts'
import type { OutputIssue } from '../../../output/check-output.ts'
import type { Logger } from '../../../platform/logger.ts'
import { traceIdOf } from '../../../platform/tracing/tracing.ts'
import type { Attempt, RunRequest } from '../../run.ts'

/** Logs an attempt that came to no response, and what follows. */
export type LogFailedAttempt = (
  attempt: Attempt,
  why: { readonly failure: ModelError } | { readonly issues: readonly OutputIssue[] },
  next: string,
) => void

const MOST_ISSUES = 5
/** What follows the last attempt. */
export const GIVEN_UP = 'given up'

/**
 * One line per failed attempt of a run: what the server said of it, which neither the run nor its caller is told. Of a
 * shadow run, which nobody waits for, one for the last.
 * @param showWords whether the server's own words are in it; they may repeat parts of a prompt
 */
export function logFailedAttempts(log: Logger, request: RunRequest, showWords: boolean): LogFailedAttempt {
  return (attempt, why, next) => {
    if (request.shadowOf && next !== GIVEN_UP) return
    const { number, model, outcome, finishReason } = attempt
    const known = {
      run_id: request.id,
      trace_id: traceIdOf(request.trace) ?? undefined,
      task_id: request.task,
      ...{ attempt: number, model, outcome, finish_reason: finishReason, next },
    }
    if ('failure' in why) {
      const { status, code, type, message, retryAfterMs } = why.failure
      const words = showWords ? message : undefined
      log.warn({ ...known, status, code, type, words, retry_after_ms: retryAfterMs }, 'a model call failed')
    } else {
      // Issues hold names of the output_format, and never a value of the answer.
      const issues = why.issues.slice(0, MOST_ISSUES).map(({ path, message }) => `${path} ${message}`.trim())
      log.warn({ ...known, issues }, 'a model gave no usable answer')
    }
  }
}
