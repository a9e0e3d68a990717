import type { ModelError } from '../model.ts'

export interface RetryPolicy {
  /** Calls for one answer, the first included. */
  readonly maxAttempts: number
  readonly baseMs: number
  readonly capMs: number
}

/** A server that asks for a longer pause than this is not waited for. */
const LONGEST_ASKED_MS = 60_000

/**
 * How long to wait before the next call, in ms, or null for no further call. Exponential with full jitter
 * (AWS Architecture Blog, "Exponential Backoff And Jitter"), and never less than what the server asked for.
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
