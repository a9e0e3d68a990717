import type { ModelError } from '../model.ts'

export interface RetryPolicy {
  /** Most calls for one completion, including the first. */
  readonly maxAttempts: number
  readonly baseMs: number
  readonly capMs: number
}

/** When a server asks for a longer pause than this, the call is not repeated. */
const LONGEST_ASKED_MS = 60_000

/**
 * How long to wait before the next call, in ms; null for no further call. Exponential backoff with full jitter (AWS
 * Architecture Blog, "Exponential Backoff And Jitter"), and never less than the server asks for.
 * @param attempt number of the call that failed, from 1
 */
export function retryDelay(
  attempt: number,
  error: ModelError,
  policy: RetryPolicy,
  random = Math.random,
): number | null {
  if (!error.retryable || attempt >= policy.maxAttempts) return null
  const asked = error.retryAfterMs ?? 0
  if (asked > LONGEST_ASKED_MS) return null
  return Math.max(asked, random() * Math.min(policy.capMs, policy.baseMs * 2 ** (attempt - 1)))
}
