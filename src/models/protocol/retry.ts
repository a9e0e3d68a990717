import type { ModelError, ModelErrorKind } from '../model.ts'

export interface RetryPolicy {
  /** Most calls for one completion, including the first; those that a server put off by a wait are not counted. */
  readonly maxAttempts: number
  readonly baseMs: number
  readonly capMs: number
}

/** How many calls of a model have failed so far, the last one included. */
export interface FailureCounts {
  /** Those that count towards `maxAttempts`. */
  readonly all: number
  readonly ofKind: number
}

/** A time-out was waited for and may have been paid; a server that sends no answer at all will not send one soon. */
const MOST_OF_KIND: Partial<Readonly<Record<ModelErrorKind, number>>> = { timeout: 2, bad_answer: 2 }
/** While a model is being loaded: with the pauses below, some ten minutes. */
const MOST_WHILE_LOADING = 24
const LOADING_BASE_MS = 2000
/** Added to a wait that was asked for, so that runs which were put off together do not come back together. */
const JITTER_SHARE = 0.1
const LONGEST_JITTER_MS = 5000

/**
 * How long to wait before the next call, in ms; null for no further call. A wait that the server asks for is kept in full,
 * with jitter on top, however long it is: only `leftMs` bounds it. Without one: exponential backoff with full jitter (AWS
 * Architecture Blog, "Exponential Backoff And Jitter").
 * @param leftMs until the run's deadline: a call that could only begin later is not made
 */
export function retryDelay(
  failures: FailureCounts,
  error: ModelError,
  policy: RetryPolicy,
  leftMs: number,
  random: () => number = Math.random,
): number | null {
  if (!error.retryable) return null
  const delay = delayFor(failures, error, policy, leftMs, random)
  return delay === null || delay >= leftMs ? null : delay
}

function delayFor(
  failures: FailureCounts,
  error: ModelError,
  { maxAttempts, baseMs, capMs }: RetryPolicy,
  leftMs: number,
  random: () => number,
): number | null {
  if (isAskedWait(error)) {
    const asked = error.retryAfterMs ?? 0
    const jitter = random() * Math.min(LONGEST_JITTER_MS, Math.max(baseMs, asked * JITTER_SHARE))
    // Jitter is ours: it never costs the last call that there is time for.
    return asked + Math.min(jitter, Math.max(0, (leftMs - asked) / 2))
  }
  if (error.kind === 'loading' && maxAttempts > 1) {
    if (failures.ofKind >= MOST_WHILE_LOADING) return null
    const full = Math.min(capMs, LOADING_BASE_MS * 2 ** Math.min(20, failures.ofKind - 1))
    return full * (0.75 + random() / 4)
  }
  if (failures.all >= maxAttempts || failures.ofKind >= (MOST_OF_KIND[error.kind] ?? maxAttempts)) return null
  return random() * Math.min(capMs, baseMs * 2 ** Math.min(20, failures.all - 1))
}

/** True where the server asked for a wait: such a call was put off, and is no attempt that was used up. */
export function isAskedWait({ retryable, retryAfterMs }: ModelError): boolean {
  return retryable && retryAfterMs !== null && retryAfterMs > 0
}
