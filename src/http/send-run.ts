import type { Response } from 'express'
import { ApiError, type Reason } from '../platform/errors.ts'
import { presentRun } from '../runs/present-run.ts'
import { isFinal, type RunRecord } from '../runs/run.ts'
import type { StartedRun } from '../runs/start/submission.ts'
import { sendError } from './error-handler.ts'
import type { Wait } from './run-request.ts'

/** What a failed run answers a caller that waited for it. */
const FAILURES = {
  MODEL_ERROR: 'MODEL_ERROR',
  MODEL_UNAVAILABLE: 'MODEL_UNAVAILABLE',
  MODEL_RETIRED: 'MODEL_RETIRED',
  OUTPUT_INVALID: 'OUTPUT_INVALID',
  OUTPUT_TRUNCATED: 'OUTPUT_TRUNCATED',
  OUTPUT_NOT_WRITTEN: 'OUTPUT_NOT_WRITTEN',
  CONTENT_FILTERED: 'CONTENT_FILTERED',
  MODEL_REFUSED: 'MODEL_REFUSED',
  INPUT_INVALID: 'INPUT_INVALID',
  DOCUMENT_UNREADABLE: 'DOCUMENT_UNREADABLE',
  DOCUMENT_TOO_LARGE: 'DOCUMENT_TOO_LARGE',
  INPUT_PROCESSOR_FAILED: 'INPUT_PROCESSOR_FAILED',
  INPUT_PROCESSORS_UNAVAILABLE: 'INPUT_PROCESSORS_UNAVAILABLE',
  RATE_LIMITED: 'RATE_LIMITED',
  BUDGET_EXCEEDED: 'BUDGET_EXCEEDED',
  WORKER_LOST: 'WORKER_LOST',
  INTERNAL_ERROR: 'INTERNAL_ERROR',
  FILE_DAMAGED: 'FILE_DAMAGED',
  TASK_REVISION_NOT_FOUND: 'INPUT_INVALID',
  RUN_CANCELLED: 'RUN_CANCELLED',
  RUN_EXPIRED: 'RUN_EXPIRED',
} as const

/** The reason that a caller who waited is given for a run's own. */
const failureReason = (reason: string | undefined): Reason =>
  FAILURES[reason as keyof typeof FAILURES] ?? 'MODEL_ERROR'

/** The error of a run that failed, for a caller that waited for it, without the run. */
export function failureOf({ request, result }: RunRecord): ApiError {
  const error = result?.error
  return new ApiError(failureReason(error?.reason), error?.message ?? 'The run failed.', {
    run_id: request.id,
    retryable: error?.retryable ?? false,
    ...(error?.retryAfter && { retry_after: error.retryAfter }),
    ...(error?.violatedPolicies && { violated_policies: error.violatedPolicies }),
  })
}

/** The headers that belong to a run, on every answer that does. */
export function setRunHeaders(response: Response, { request, revision }: RunRecord): void {
  response.setHeader('x-task-run-id', request.id)
  const known = revision ?? request.revision
  if (known) response.setHeader('x-task-revision-id', known)
}

/** Where a run can be read, under the mount that the request came by. */
export function runLocation(response: Response, { request }: RunRecord, publicPath: string): string {
  const { org, project, task, id } = request
  const mount = response.req.originalUrl.startsWith('/api/v1/') ? '/api/v1' : ''
  return `${publicPath}${mount}/org/${org}/project/${project}/task/${task}/run/${id}`
}

/** The headers of the answer to a call that started a run, whatever it is. */
export function setStartedHeaders(
  response: Response,
  { record, replayed, limitHeaders = {} }: StartedRun,
  wait: Wait,
): void {
  setRunHeaders(response, record)
  response.set(limitHeaders)
  if (replayed) response.set('Idempotent-Replayed', 'true')
  if (wait.applied) response.set('Preference-Applied', wait.applied)
  if (!record.result || !isFinal(record.status)) return
  const { queued, waiting_on_limit, inputs = 0, model, validate, total } = record.result.timings
  response.setHeader(
    'Server-Timing',
    `queued;dur=${queued}, waiting_on_limit;dur=${waiting_on_limit}, inputs;dur=${inputs}, ` +
      `model;dur=${model}, validate;dur=${validate}, total;dur=${total}`,
  )
}

/**
 * Answers the call that started a run: the run, its failure, or 202 with the run as it stands.
 * @param publicPath what stands before all paths for callers
 */
export function sendStarted(response: Response, started: StartedRun, wait: Wait, publicPath: string): void {
  const { record } = started
  setStartedHeaders(response, started, wait)
  const run = presentRun(record)
  if (!isFinal(record.status)) {
    const location = runLocation(response, record, publicPath)
    response.status(202).set('Location', location).set('Retry-After', '1').json(run)
    return
  }
  if (record.status === 'succeeded') {
    response.json(run)
    return
  }
  const { reason, message, extra } = failureOf(record)
  sendError(response, new ApiError(reason, message, { ...extra, run }))
}
