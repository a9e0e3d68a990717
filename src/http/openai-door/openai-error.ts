import type { Request, Response } from 'express'
import {
  ApiError,
  REASONS,
  type Reason,
  type ValidationError,
  type ValidationIssue,
} from '../../platform/errors.ts'
import { PolicyError } from '../../policies/policy-error.ts'

/** What stands before the paths of OpenAI's clients. */
export const DOOR = '/v1'

/** Whether a request came to the door, also where no endpoint answers it. */
export const isAtDoor = (url: string): boolean => url === DOOR || /^\/v1[/?]/.test(url)

/** Where OpenAI answers with another status: its SDKs choose the class of an error by that. */
const STATUSES: Partial<Record<Reason, number>> = {
  IDEMPOTENCY_KEY_REUSED: 400,
  NOT_AN_IMAGE: 400,
  UNSUPPORTED_IMAGE: 400,
  UNSUPPORTED_FILE: 400,
}

/** OpenAI's own words, which clients branch on; every other reason goes out in lower case. */
const CODES: Partial<Record<Reason, string>> = {
  UNAUTHENTICATED: 'invalid_api_key',
  TASK_NOT_FOUND: 'model_not_found',
  TASK_REVISION_NOT_FOUND: 'model_not_found',
  TOO_MANY_REQUESTS: 'rate_limit_exceeded',
  RATE_LIMITED: 'rate_limit_exceeded',
  PROJECT_QUEUE_FULL: 'rate_limit_exceeded',
  PROJECT_STORAGE_FULL: 'insufficient_quota',
}

const ISSUE_CODES: Readonly<Record<string, string>> = {
  missing: 'missing_required_parameter',
  type_error: 'invalid_type',
  extra_forbidden: 'unknown_parameter',
  unsupported: 'unsupported_parameter',
}

export const ERROR_TYPES = ['invalid_request_error', 'rate_limit_error', 'server_error'] as const

/** The status that a reason has at the door. */
export const statusAtDoor = (reason: Reason): number => STATUSES[reason] ?? REASONS[reason]

/** A refusal of a member that a task cannot act on. */
export const unsupported = (loc: readonly (string | number)[], msg: string): ValidationIssue => ({
  loc: ['body', ...loc],
  msg,
  type: 'unsupported',
})

/**
 * Writes an error in OpenAI's shape, so that its SDKs raise their own classes. `x-should-retry` says whether the same call
 * may succeed later: without it they would repeat every 409 and 5xx, and each repetition would be a run.
 */
export function sendOpenAiError(response: Response, error: ApiError | ValidationError): void {
  if (!(error instanceof ApiError)) {
    const [first] = error.issues
    response.set('x-should-retry', 'false').status(400)
    response.json({
      error: {
        message: error.issues.map(describe).join('; '),
        type: 'invalid_request_error',
        param: first ? pathOf(first.loc) : null,
        code: ISSUE_CODES[first?.type ?? ''] ?? 'invalid_value',
      },
    })
    return
  }
  const { reason, extra } = error
  const status = statusAtDoor(reason)
  if (status === 401) response.set('WWW-Authenticate', 'Bearer')
  if (status === 429 || status === 503) response.set('Retry-After', String(extra['retry_after'] ?? 1))
  if (error instanceof PolicyError) response.set(error.headers)
  const runId = typeof extra['run_id'] === 'string' ? extra['run_id'] : null
  if (runId) response.set('x-task-run-id', runId)
  response.set('x-should-retry', String(mayRetry(error, status, response.req))).status(status)
  response.json({ error: openAiErrorOf(error) })
}

/** An error as it is told, in a response or in the middle of a stream. */
export function openAiErrorOf({ reason, message, extra }: ApiError) {
  const status = statusAtDoor(reason)
  return {
    message,
    type: status === 429 ? 'rate_limit_error' : status >= 500 ? 'server_error' : 'invalid_request_error',
    param: typeof extra['param'] === 'string' ? extra['param'] : null,
    code: CODES[reason] ?? reason.toLowerCase(),
    reason,
    ...(typeof extra['run_id'] === 'string' ? { run_id: extra['run_id'] } : {}),
  }
}

function mayRetry({ reason, extra }: ApiError, status: number, request: Request): boolean {
  const isOfRun = extra['run_id'] !== undefined
  const hasKey = request.get('idempotency-key') !== undefined
  // Whether the run was accepted is not known then. Without a key a repetition would be another one, and be paid, too.
  if (isOfRun && reason === 'STORE_UNAVAILABLE') return hasKey
  // With a key it is the same run: one that goes on is waited for again, and what has failed stays so.
  if (isOfRun && hasKey) return reason === 'RUN_UNFINISHED'
  if (typeof extra['retryable'] === 'boolean') return extra['retryable']
  return reason !== 'PROJECT_STORAGE_FULL' && (status === 408 || status === 429 || status === 503)
}

const describe = ({ loc, msg }: ValidationIssue): string => {
  const path = pathOf(loc)
  return path === null ? msg : `${path}: ${msg}`
}

/** `messages[0].content`, as OpenAI spells it; null for the whole body. */
function pathOf([, ...way]: ValidationIssue['loc']): string | null {
  if (way.length === 0) return null
  return way
    .map((step, at) => (typeof step === 'number' ? `[${step}]` : at === 0 ? step : `.${step}`))
    .join('')
}
