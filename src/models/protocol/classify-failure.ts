import OpenAI from 'openai'
import { errors } from 'undici'
import { sharedNow } from '../../platform/clock.ts'
import { isLocalFault } from '../../platform/local-fault.ts'
import { withoutStack } from '../../platform/without-stack.ts'
import { askedWait } from '../failures/asked-wait.ts'
import { describeConnection } from '../failures/describe-connection.ts'
import { kindOfFailure } from '../failures/kind-of-failure.ts'
import { readServerError } from '../failures/read-server-error.ts'
import { ModelError, type ModelErrorDetails, type ModelErrorKind } from '../model.ts'
import { ServerFailure } from './transport/server-failure.ts'

/** What a failure knows of an answer that had begun. */
export type ReceivedPart = Pick<ModelErrorDetails, 'partial' | 'finishReason' | 'usage'>

const LONGEST_WORDS = 500

/**
 * Turns any error of a model call into a ModelError, the only one that the rest of the service knows. Whether a retry can
 * help is decided only here:
 *
 * | failure                                             | kind               | retryable            |
 * |-----------------------------------------------------|--------------------|----------------------|
 * | the caller's signal fired                           | `aborted`          | no                   |
 * | no response within the server's time-out            | `timeout`          | once (`retryDelay`)  |
 * | no descriptor, port or memory here for a connection | `local`            | yes, elsewhere       |
 * | refused, reset or cut connection, unknown name      | `connection`       | yes                  |
 * | a certificate that is not accepted                  | `connection`       | no                   |
 * | the account is empty, whatever the status           | `quota_exhausted`  | no                   |
 * | the model is not there, or not any more             | `retired`          | no                   |
 * | the content was not let through                     | `content_filtered` | no                   |
 * | the model is being loaded                           | `loading`          | yes, for minutes     |
 * | too many calls: 429, 498                            | `rate_limited`     | as `x-should-retry`, else yes |
 * | one call that is more than its limit: 413, 429      | `bad_request`      | no                   |
 * | 408, 409, 425, 5xx (529, too)                       | `server_error`     | as `x-should-retry`, else yes |
 * | 401, 403                                            | `authentication`   | no                   |
 * | any other status                                    | `bad_request`      | as `x-should-retry`, else no  |
 * | a response that is no JSON                          | `bad_answer`       | once (`retryDelay`)  |
 * | a response over the size limit                      | `bad_answer`       | no: it would be as long again |
 *
 * Messages and codes may contain text of the server; `secrets` (see `secretsOf`) are replaced in them.
 * @param received what had come of the answer
 */
export function classifyFailure(
  error: unknown,
  signal: AbortSignal,
  secrets: readonly string[],
  received: ReceivedPart = {},
): ModelError {
  if (signal.aborted) {
    const details = { ...received, retryable: false, maybeBilled: true }
    return new ModelError('aborted', 'the call was aborted', details)
  }
  if (error instanceof ModelError) return error
  if (error instanceof OpenAI.APIConnectionTimeoutError) {
    const details = { ...received, retryable: true, code: 'TIMEOUT', maybeBilled: true }
    return new ModelError('timeout', 'the model server did not answer in time', details)
  }
  if (error instanceof OpenAI.APIConnectionError) return classifyConnection(error.cause, received)
  if (error instanceof ServerFailure) {
    const { status, body, header } = error
    return withoutStack(() => classifyServerError(status, body, secrets, { header }))
  }
  if (error instanceof SyntaxError) {
    const details = { ...received, retryable: true, maybeBilled: true }
    return new ModelError('bad_answer', 'the model server sent broken JSON', details)
  }
  // Anything else is our own fault, such as a base URL that cannot be called. A retry would fail in the same way.
  return new ModelError('bad_request', 'the model call could not be made', { retryable: false, cause: error })
}

function classifyConnection(cause: unknown, received: ReceivedPart): ModelError {
  if (cause instanceof errors.ResponseExceededMaxSizeError) {
    const details = { ...received, retryable: false, maybeBilled: true, cause }
    return new ModelError('bad_answer', 'the answer is longer than the limit', details)
  }
  const { code, words, passes, opened } = describeConnection(cause)
  const shown = code ?? 'no code'
  if (isLocalFault(cause)) {
    const message = `no connection can be made from here (${shown})`
    return new ModelError('local', message, { retryable: true, code, cause })
  }
  const message = `the connection to the model server failed: ${words} (${shown})`
  const details = { ...received, retryable: passes, code, maybeBilled: opened, cause }
  return new ModelError('connection', message, details)
}

/** The model was asked, and a gateway on the way had no more patience. */
const GATEWAY_TIMEOUTS = new Set<number | null>([504, 524])

/** Kinds that stay as they are, however often they are asked for. */
const FINAL = new Set<ModelErrorKind>(['quota_exhausted', 'retired', 'content_filtered', 'authentication'])
const PASSING = new Set<ModelErrorKind>(['rate_limited', 'server_error', 'loading'])

/**
 * A failure that the server tells of itself.
 * @param status null where it came with a success, in place of an answer or beside a part of one
 */
export function classifyServerError(
  status: number | null,
  body: unknown,
  secrets: readonly string[],
  {
    header = () => null,
    ...details
  }: Partial<ModelErrorDetails> & { header?: (name: string) => string | null } = {},
): ModelError {
  const error = readServerError(body)
  const ownWait = askedWait(header, error, false, sharedNow())
  const kind = kindOfFailure(status, error, ownWait !== null)
  const shouldRetry = header('x-should-retry')
  const retryable =
    !FINAL.has(kind) && (shouldRetry === 'true' || (PASSING.has(kind) && shouldRetry !== 'false'))
  const mask = (text: string) => withoutSecrets(text, secrets)
  const shown = status ?? error.status
  const words = mask(error.words) || 'no words'
  return new ModelError(
    kind,
    `the model server answered ${shown ?? 'an error'} ${words}`.slice(0, LONGEST_WORDS),
    {
      ...details,
      maybeBilled: GATEWAY_TIMEOUTS.has(shown),
      retryable,
      retryAfterMs: kind === 'rate_limited' ? askedWait(header, error, true, sharedNow()) : ownWait,
      status: shown,
      code: error.code && mask(error.code),
      type: error.type && mask(error.type),
    },
  )
}

/** A text in which no secret of a server stands. */
export function withoutSecrets(text: string, secrets: readonly string[]): string {
  return secrets.reduce((words, secret) => words.replaceAll(secret, '[key]'), text)
}
