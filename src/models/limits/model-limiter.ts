/** The shortest and the longest pause of a model after a 429, in ms, when it does not say how long to wait. */
const SHORTEST_PAUSE_MS = 250
const LONGEST_PAUSE_MS = 30_000
/** A limit is removed when there was no 429 for this long. */
const FORGOTTEN_AFTER_MS = 15_000

export type ModelLimiters = ReturnType<typeof createModelLimiters>

interface Limiter {
  /** Most calls in flight; Infinity until the model has answered 429. */
  limit: number
  inFlight: number
  /** No call is made before this time of `now`, in ms. */
  pausedUntil: number
  /** The part of the pause that the model's server asked for. */
  askedUntil: number
  /** Number of 429s since the last completion; several during one pause count once. */
  refusals: number
  lastRefusal: number
}

/**
 * Limits how many calls this process makes to each model at once. When a model answers 429, its limit is halved, and
 * its calls pause for as long as it asked, or else for a time that doubles with each 429 in a row. Each completion adds
 * 1/limit, so the limit grows by one when as many calls as the limit have succeeded. This is additive increase,
 * multiplicative decrease (Chiu and Jain, 1989), as in TCP: several processes reach fair shares of the model's real
 * limit without talking to each other. A limit is removed after a quarter of a minute without a 429.
 */
export function createModelLimiters(
  now: () => number = () => performance.now(),
  random: () => number = Math.random,
) {
  const limiters = new Map<string, Limiter>()

  function limiterOf(model: string): Limiter {
    let limiter = limiters.get(model)
    if (!limiter) {
      const never = { pausedUntil: 0, askedUntil: 0, lastRefusal: 0 }
      limiter = { limit: Number.POSITIVE_INFINITY, inFlight: 0, refusals: 0, ...never }
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
    /** Reserves a place for one call; the caller has to call `leave` after it. False when there is no place now. */
    enter(model: string): boolean {
      const limiter = limiterOf(model)
      if (room(limiter) < 1) return false
      limiter.inFlight += 1
      return true
    },

    leave(model: string): void {
      limiterOf(model).inFlight -= 1
    },

    /** How many calls may start now, for each model that has a limit or is paused. */
    limited(): ReadonlyMap<string, number> {
      const found = new Map<string, number>()
      for (const model of limiters.keys()) {
        const limiter = limiterOf(model)
        const places = room(limiter)
        if (places !== Number.POSITIVE_INFINITY) found.set(model, places)
      }
      return found
    },

    /** How many ms the pause of the model still lasts; 0 when it is not paused. */
    pause: (model: string): number => Math.max(0, limiterOf(model).pausedUntil - now()),

    /** How many ms of it were asked for by the model's server, and are no guess of ours; 0 for none. */
    askedFor: (model: string): number => Math.max(0, limiterOf(model).askedUntil - now()),

    /** To be called after a completion. */
    succeeded(model: string): void {
      const limiter = limiterOf(model)
      limiter.refusals = 0
      if (limiter.limit !== Number.POSITIVE_INFINITY) limiter.limit += 1 / limiter.limit
    },

    /** To be called after a 429. `retryAfterMs`: how long the model asked to wait; null if it did not say. */
    refused(model: string, retryAfterMs: number | null): void {
      const limiter = limiterOf(model)
      limiter.lastRefusal = now()
      if (retryAfterMs !== null) limiter.askedUntil = Math.max(limiter.askedUntil, now() + retryAfterMs)
      // Several calls in flight may get 429 together: the limit is halved only once.
      if (limiter.pausedUntil > now()) {
        if (retryAfterMs !== null) limiter.pausedUntil = Math.max(limiter.pausedUntil, now() + retryAfterMs)
        return
      }
      limiter.limit = Math.max(1, Math.floor(Math.min(limiter.limit, limiter.inFlight) / 2))
      limiter.refusals += 1
      const backoff = Math.min(LONGEST_PAUSE_MS, SHORTEST_PAUSE_MS * 2 ** (limiter.refusals - 1))
      // Random, so that several processes do not continue at the same time.
      limiter.pausedUntil = now() + (retryAfterMs ?? backoff * (0.5 + random() / 2))
    },
  }
}
