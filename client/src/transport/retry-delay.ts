import type { ReadyOptions } from '../client-options.ts'
import type { SplitrunError } from '../error.ts'
import type { Call } from './call.ts'

const FIRST_MS = 250
const LONGEST_MS = 5000

/**
 * How long to wait before a call is sent again, in milliseconds; null: its error stands.
 * @param failures how often it has failed, from 1
 * @param sinceMs how long ago it failed first
 */
export function retryDelay(
  options: ReadyOptions,
  call: Call,
  error: SplitrunError,
  failures: number,
  sinceMs: number,
): number | null {
  // A run that has ended stays as it is: the same call would only be told of it again.
  if (!error.retryable || error.run) return null
  // Of all others nobody knows whether they were done.
  if (!call.repeatable && error.status !== 429) return null
  const away = error.status === null || error.status > 500
  const left =
    away && call.patienceMs !== undefined ? sinceMs < call.patienceMs : failures <= options.maxRetries
  if (!left) return null
  const backoff = Math.min(LONGEST_MS, FIRST_MS * 2 ** (failures - 1))
  const delay = error.retryAfterMs ?? backoff
  // Spread, so that all who were refused together do not come back together.
  return delay > options.maxRetryDelayMs ? null : delay + backoff * Math.random() * 0.5
}
