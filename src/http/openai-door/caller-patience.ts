import type { Request } from 'express'

/** How OpenAI's SDKs for Node and for Python say after how many seconds they give a call up. */
const TIMEOUTS = ['x-stainless-timeout', 'x-stainless-read-timeout'] as const
/** Long enough for an answer to arrive. Of a short time half is kept, in ms. */
const MOST_KEPT_MS = 5000

/**
 * How long a caller may be kept waiting, in ms: at most `mostMs`, and less where its client says that it gives up sooner.
 * It would send the call again then, and each repetition is a run of its own; with an idempotency key it is the same.
 */
export function waitOf(request: Pick<Request, 'get'>, mostMs: number): number {
  if (request.get('idempotency-key') !== undefined) return mostMs
  const told = TIMEOUTS.map((name) => 1000 * Number(request.get(name) ?? 0)).filter((ms) => ms > 0)
  return Math.min(mostMs, ...told.map((ms) => ms - Math.min(MOST_KEPT_MS, ms / 2)))
}
