/** A lane that has been slowed down takes this long between two looks of the same run, at least and at most. */
const SHORTEST_MS = 250
const LONGEST_MS = 30_000

export type ModelLimiters = ReturnType<typeof createModelLimiters>

interface Lane {
  /** Calls that may be under way at once; Infinity until the model has asked to be spared. */
  limit: number
  inFlight: number
  /** No call before then, ms since the epoch. */
  pausedUntil: number
}

/**
 * How many calls a model is sent at once from this process. A model that answers 429 halves its own lane and pauses it
 * for as long as it asked; each answer widens it again, by one per round. That is how TCP shares a line that nobody
 * knows the width of (additive increase, multiplicative decrease; Chiu and Jain, 1989), so several processes settle on
 * shares of the model's real limit without talking to each other, and other models are not slowed at all.
 */
export function createModelLimiters(now: () => number = Date.now, random: () => number = Math.random) {
  const lanes = new Map<string, Lane>()

  function laneOf(model: string): Lane {
    const known = lanes.get(model)
    if (known) return known
    const lane = { limit: Number.POSITIVE_INFINITY, inFlight: 0, pausedUntil: 0 }
    lanes.set(model, lane)
    return lane
  }

  return {
    /**
     * Asks for a place. 0: it is taken, and has to be left again. Otherwise the time in ms after which to ask again;
     * spread, so that those who were turned away together do not come back together.
     */
    enter(model: string): number {
      const lane = laneOf(model)
      const left = lane.pausedUntil - now()
      if (left > 0 || lane.inFlight >= lane.limit) {
        return Math.min(LONGEST_MS, Math.max(left, SHORTEST_MS) + random() * Math.max(1000, left))
      }
      lane.inFlight += 1
      return 0
    },

    leave(model: string): void {
      laneOf(model).inFlight -= 1
    },

    /** A call was answered. */
    succeeded(model: string): void {
      const lane = laneOf(model)
      if (lane.limit !== Number.POSITIVE_INFINITY) lane.limit += 1 / lane.limit
    },

    /** The model said that it is asked too often; `retryAfterMs` when it said for how long to wait. */
    limited(model: string, retryAfterMs: number | null): void {
      const lane = laneOf(model)
      // Answers to calls that were under way together are one piece of news, not many.
      if (lane.pausedUntil > now()) return
      lane.limit = Math.max(1, Math.floor(Math.min(lane.limit, lane.inFlight) / 2))
      lane.pausedUntil = now() + Math.min(LONGEST_MS, retryAfterMs ?? SHORTEST_MS)
    },
  }
}
