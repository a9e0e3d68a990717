import OpenAI from 'openai'
import { errors } from 'undici'
import { sharedNow } from '../../platform/clock.ts'
import { isLocalFault } from '../../platform/local-fault.ts'
import { ModelError, type ModelErrorKind } from '../model.ts'

const SHORTEST_KEY = 12

/**
 * Turns any error of a model call into a ModelError, the only one that the rest of the service knows. Whether a retry can
 * help is decided only here:
 *
 * | failure                                            | kind             | retryable            |
 * |----------------------------------------------------|------------------|----------------------|
 * | the caller's signal fired                          | `aborted`        | no                   |
 * | no response within the server's time-out           | `timeout`        | yes                  |
 * | no descriptor, port or memory here for a connection | `local`         | yes, elsewhere       |
 * | refused, reset or cut connection                   | `connection`     | yes                  |
 * | 429                                                | `rate_limited`   | as `x-should-retry`, else yes |
 * | 408, 409, 5xx                                      | `server_error`   | as `x-should-retry`, else yes |
 * | 401, 403                                           | `authentication` | no                   |
 * | any other status                                   | `bad_request`    | as `x-should-retry`, else no  |
 * | a response that is no JSON                         | `bad_answer`     | yes                  |
 * | a response over the size limit                     | `bad_answer`     | no: it would be as long again |
 *
 * Messages may contain text of the server; `secret` is replaced in them. A secret that is shorter than any real key, such
 * as the `none` for a server without one, is an ordinary word and is not replaced.
 */
export function classifyFailure(error: unknown, signal: AbortSignal, secret: string): ModelError {
  if (signal.aborted) return new ModelError('aborted', 'the call was aborted', { retryable: false })
  if (error instanceof ModelError) return error
  if (error instanceof OpenAI.APIConnectionTimeoutError) {
    return new ModelError('timeout', 'the model server did not answer in time', { retryable: true })
  }
  if (error instanceof OpenAI.APIConnectionError) return classifyConnection(error.cause)
  if (error instanceof OpenAI.APIError) return classifyStatus(error, secret)
  if (error instanceof SyntaxError) {
    return new ModelError('bad_answer', 'the model server sent broken JSON', { retryable: true })
  }
  // Anything else is our own fault, such as a base URL that cannot be called. A retry would fail in the same way.
  return new ModelError('bad_request', 'the model call could not be made', { retryable: false, cause: error })
}

function classifyConnection(cause: unknown): ModelError {
  if (cause instanceof errors.ResponseExceededMaxSizeError) {
    return new ModelError('bad_answer', 'the answer is longer than the limit', { retryable: false, cause })
  }
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'no code'
  if (isLocalFault(cause)) {
    return new ModelError('local', `no connection can be made from here (${code})`, {
      retryable: true,
      cause,
    })
  }
  const message = `the connection to the model server failed (${code})`
  return new ModelError('connection', message, { retryable: true, cause })
}

function classifyStatus(error: InstanceType<typeof OpenAI.APIError>, secret: string): ModelError {
  const status = Number(error.status)
  const kind = kindOf(status)
  const shouldRetry = error.headers?.get('x-should-retry')
  const byStatus = kind === 'rate_limited' || kind === 'server_error'
  const words = secret.length >= SHORTEST_KEY ? error.message.replaceAll(secret, '[key]') : error.message
  return new ModelError(kind, `the model server answered ${words.slice(0, 500)}`, {
    retryable: kind !== 'authentication' && (shouldRetry === 'true' || (byStatus && shouldRetry !== 'false')),
    retryAfterMs: readRetryAfter((name) => error.headers?.get(name) ?? null),
    status,
  })
}

function kindOf(status: number): ModelErrorKind {
  if (status === 429) return 'rate_limited'
  if (status === 401 || status === 403) return 'authentication'
  return status === 408 || status === 409 || status >= 500 ? 'server_error' : 'bad_request'
}

/**
 * How long a server asks to wait, in ms: from `retry-after-ms`, else from `retry-after` in seconds or as a date. Null
 * when neither can be read; a date in the past is 0.
 */
export function readRetryAfter(header: (name: string) => string | null, now = sharedNow()): number | null {
  const exact = readNumber(header('retry-after-ms'))
  if (exact !== null) return exact
  const text = header('retry-after')
  const seconds = readNumber(text)
  if (seconds !== null) return seconds * 1000
  const date = Date.parse(text ?? '')
  return Number.isNaN(date) ? null : Math.max(0, date - now)
}

function readNumber(text: string | null): number | null {
  return text !== null && /^\s*\d+(\.\d+)?\s*$/.test(text) ? Number(text) : null
}
