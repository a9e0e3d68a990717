import type { ErrorRequestHandler, Response } from 'express'
import { ApiError, ValidationError } from '../platform/errors.ts'
import type { Logger } from '../platform/logger.ts'
import { isRedisUnavailable } from '../platform/redis/redis.ts'
import { PolicyError } from '../policies/policy-error.ts'
import { OAuthError } from '../tenancy/oauth-error.ts'
import { isAtDoor, sendOpenAiError } from './openai-door/openai-error.ts'
import { prefersPage } from './pages/page.ts'
import type { MapError, SendRefusal } from './route.ts'

/**
 * Answers an error in the shape of section 2 of the contract, or of OpenAI's at its door: the only place where one becomes a
 * response.
 */
export function errorHandler(log: Logger): ErrorRequestHandler {
  return (error: unknown, request, response, _next) => {
    const understood = understand(error)
    const mapError = response.locals['mapError'] as MapError | undefined
    const known = mapError?.(understood) ?? understood
    if (known instanceof ApiError && known.status >= 500) {
      log.error(
        {
          err: error,
          request_id: response.locals['requestId'],
          trace_id: response.locals['traceId'],
          path: request.path,
        },
        'request failed',
      )
    }
    if (response.headersSent) {
      response.destroy()
      return
    }
    const sendPage = response.locals['sendRefusal'] as SendRefusal | undefined
    if (sendPage && prefersPage(request)) {
      setHeaders(response, known)
      return sendPage(response, statusOf(known), known)
    }
    const send = isAtDoor(request.originalUrl) ? sendOpenAiError : sendError
    send(response, known)
  }
}

/** Writes an error as it is answered everywhere. */
export function sendError(response: Response, error: ApiError | ValidationError): void {
  setHeaders(response, error)
  if (error instanceof ValidationError) {
    response.status(422).json({ detail: error.issues })
    return
  }
  const { status, reason, message, extra } = error
  const detail = { reason, message, ...extra }
  if (error instanceof OAuthError) {
    response.set('Cache-Control', 'no-store').status(status)
    response.json({ error: error.code, error_description: message, detail })
    return
  }
  if (status === 401) {
    response.status(401).json({ error: { code: 401, message }, detail })
    return
  }
  response.status(status).json({ detail })
}

const statusOf = (error: ApiError | ValidationError): number =>
  error instanceof ApiError ? error.status : 422

/** What an error is answered with beside its words. */
function setHeaders(response: Response, error: ApiError | ValidationError): void {
  if (error instanceof ValidationError) return
  const { status, reason, extra } = error
  if (status === 429 || status === 503) response.set('Retry-After', String(extra['retry_after'] ?? 1))
  if (error instanceof PolicyError) response.set(error.headers)
  // OpenAI's clients, and others that take after them, would ask again at once.
  if (reason === 'BUDGET_EXCEEDED') response.set('x-should-retry', 'false')
  // The id of a run is never lost, whatever else went wrong.
  if (typeof extra['run_id'] === 'string') response.set('x-task-run-id', extra['run_id'])
  if (status !== 401) return
  const isOAuth = error instanceof OAuthError
  response.set('WWW-Authenticate', isOAuth ? 'Basic realm="splitrun", charset="UTF-8"' : 'Bearer')
}

function understand(error: unknown): ApiError | ValidationError {
  if (error instanceof ApiError || error instanceof ValidationError) return error
  if (isRedisUnavailable(error)) {
    return new ApiError(
      'STORE_UNAVAILABLE',
      'The store cannot be reached; try again.',
      { retryable: true },
      error,
    )
  }
  // What body-parser raises: { status, type }.
  const { status, type } = error as { status?: number; type?: string }
  if (status === 413) return new ApiError('BODY_TOO_LARGE', 'The body is too large.', {}, error)
  if (type === 'entity.parse.failed')
    return new ApiError('MALFORMED_JSON', 'The body is not valid JSON.', {}, error)
  if (status === 415)
    return new ApiError('UNSUPPORTED_MEDIA_TYPE', 'The encoding is not supported.', {}, error)
  if (status !== undefined && status >= 400 && status < 500) {
    return new ApiError('MALFORMED_REQUEST', 'The request cannot be read.', {}, error)
  }
  return new ApiError('INTERNAL_ERROR', 'Something went wrong here; the log knows more.', {}, error)
}
