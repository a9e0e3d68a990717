/** A model that was refused waits for so long before it is asked again, in ms, unless it says itself for how long. */
const SHORTEST_PAUSE_MS = 250
const LONGEST_PAUSE_MS = 30_000
/** A limit that was learnt from refusals is forgotten when there was none for so long. */
const FORGOTTEN_AFTER_MS = 15_000

export type ModelLimiters = ReturnType<typeof createModelLimiters>

interface Limiter {
  /** Calls that may be under way at once; Infinity until the model has asked for a pause. */
  limit: number
  inFlight: number
  /** No call is made before this time, ms since the epoch. */
  pausedUntil: number
  /** Refusals in a row. */
  refusals: number
  lastRefusal: number
}

/**
 * How many calls a model is sent at once from this process. A model that answers 429 halves its own limit and is paused
 * for as long as it asked, or else for longer with each refusal in a row; each answer widens the limit again, by one per
 * round. That is how TCP shares a line that nobody knows the width of (additive increase, multiplicative decrease; Chiu and
 * Jain, 1989), so several processes settle on shares of the model's real limit without talking to each other. What was
 * learnt is forgotten after a quarter of a minute without a refusal.
 */
export function createModelLimiters(now: () => number = Date.now, random: () => number = Math.random) {
  const limiters = new Map<string, Limiter>()

  function limiterOf(model: string): Limiter {
    let limiter = limiters.get(model)
    if (!limiter) {
      limiter = { limit: Number.POSITIVE_INFINITY, inFlight: 0, pausedUntil: 0, refusals: 0, lastRefusal: 0 }
      limiters.set(model, limiter)
    }
    if (limiter.refusals > 0 || limiter.limit !== Number.POSITIVE_INFINITY) {
      const quiet = now() - Math.max(limiter.lastRefusal, limiter.pausedUntil)
      if (quiet >= FORGOTTEN_AFTER_MS)
        Object.assign(limiter, { limit: Number.POSITIVE_INFINITY, refusals: 0 })
    }
    return limiter
  }

  function room(limiter: Limiter): number {
    return limiter.pausedUntil > now() ? 0 : Math.max(0, Math.floor(limiter.limit) - limiter.inFlight)
  }

  return {
    /** Takes a place for one call, which has to be left again. False when there is none now. */
    enter(model: string): boolean {
      const limiter = limiterOf(model)
      if (room(limiter) < 1) return false
      limiter.inFlight += 1
      return true
    },

    leave(model: string): void {
      limiterOf(model).inFlight -= 1
    },

    /** How many calls may begin now, of those models that may have no more than that at once. */
    limited(): ReadonlyMap<string, number> {
      const found = new Map<string, number>()
      for (const model of limiters.keys()) {
        const limiter = limiterOf(model)
        const places = room(limiter)
        if (places !== Number.POSITIVE_INFINITY) found.set(model, places)
      }
      return found
    },

    /** In how many ms the model may be asked again, as far as is known; 0 when it is not paused. */
    pause: (model: string): number => Math.max(0, limiterOf(model).pausedUntil - now()),

    /** A call was answered. */
    succeeded(model: string): void {
      const limiter = limiterOf(model)
      limiter.refusals = 0
      if (limiter.limit !== Number.POSITIVE_INFINITY) limiter.limit += 1 / limiter.limit
    },

    /** The model said that it is asked too often; `retryAfterMs` when it said for how long to wait. */
    refused(model: string, retryAfterMs: number | null): void {
      const limiter = limiterOf(model)
      limiter.lastRefusal = now()
      // Refusals of calls that were under way together are one piece of news, not many.
      if (limiter.pausedUntil > now()) {
        if (retryAfterMs !== null) limiter.pausedUntil = Math.max(limiter.pausedUntil, now() + retryAfterMs)
        return
      }
      limiter.limit = Math.max(1, Math.floor(Math.min(limiter.limit, limiter.inFlight) / 2))
      limiter.refusals += 1
      const backoff = Math.min(LONGEST_PAUSE_MS, SHORTEST_PAUSE_MS * 2 ** (limiter.refusals - 1))
      // Spread, so that several processes do not come back together.
      limiter.pausedUntil = now() + (retryAfterMs ?? backoff * (0.5 + random() / 2))
    },
  }
}
