/** The shortest and the longest time after which a run that got no place tries again. */
const SHORTEST_MS = 250
const LONGEST_MS = 30_000

export type ModelLimiters = ReturnType<typeof createModelLimiters>

interface Limiter {
  /** Most calls in flight; Infinity until the model has answered 429. */
  limit: number
  inFlight: number
  /** No call is made before this time, ms since the epoch. */
  pausedUntil: number
}

/**
 * Limits how many calls this process makes to each model at once. When a model answers 429, its limit is halved, and its
 * calls pause for as long as it asked. Each completion adds 1/limit, so the limit grows by one when as many calls as the
 * limit have succeeded. This is additive increase, multiplicative decrease (Chiu and Jain, 1989), as in TCP: several
 * processes reach fair shares of the model's real limit without talking to each other. Other models are not affected.
 */
export function createModelLimiters(now: () => number = Date.now, random: () => number = Math.random) {
  const limiters = new Map<string, Limiter>()

  function limiterOf(model: string): Limiter {
    const known = limiters.get(model)
    if (known) return known
    const limiter = { limit: Number.POSITIVE_INFINITY, inFlight: 0, pausedUntil: 0 }
    limiters.set(model, limiter)
    return limiter
  }

  return {
    /**
     * Reserves a place for a call. Returns 0 when there is one: the caller then has to call `leave`. Otherwise returns
     * the time in ms after which to try again; it is random, so that runs which were refused together do not return
     * together.
     */
    enter(model: string): number {
      const limiter = limiterOf(model)
      const left = limiter.pausedUntil - now()
      if (left > 0 || limiter.inFlight >= limiter.limit) {
        return Math.min(LONGEST_MS, Math.max(left, SHORTEST_MS) + random() * Math.max(1000, left))
      }
      limiter.inFlight += 1
      return 0
    },

    leave(model: string): void {
      limiterOf(model).inFlight -= 1
    },

    /** To be called after a completion. */
    succeeded(model: string): void {
      const limiter = limiterOf(model)
      if (limiter.limit !== Number.POSITIVE_INFINITY) limiter.limit += 1 / limiter.limit
    },

    /** To be called after a 429. `retryAfterMs`: how long the model asked to wait; null if it did not say. */
    limited(model: string, retryAfterMs: number | null): void {
      const limiter = limiterOf(model)
      // Several calls in flight may get 429 together: the limit is halved only once.
      if (limiter.pausedUntil > now()) return
      limiter.limit = Math.max(1, Math.floor(Math.min(limiter.limit, limiter.inFlight) / 2))
      limiter.pausedUntil = now() + Math.min(LONGEST_MS, retryAfterMs ?? SHORTEST_MS)
    },
  }
}
