import { LRUCache } from 'lru-cache'

/** Why the execution of a run is broken off. */
export type BreakReason = 'stopping' | 'cancelled' | 'expired'

export type RunsInHand = ReturnType<typeof createRunsInHand>

/** Node's timers take no longer delay; who waits so long is looked at again then. */
const LONGEST_TIMER_MS = 2 ** 31 - 1

/** Between being claimed in Redis and being held here a run has so much time, in ms, to be cancelled and still hear of it. */
const HEARD_EARLY_MS = 60_000
const MOST_HEARD_EARLY = 10_000

/** The executions of this process, so that what ends one from outside finds it. */
export function createRunsInHand() {
  const controllers = new Map<string, Set<AbortController>>()
  // Signals travel apart from claims, and may be faster.
  const heardEarly = new LRUCache<string, true>({ max: MOST_HEARD_EARLY, ttl: HEARD_EARLY_MS })

  return {
    /**
     * Does something with a signal that fires, with a BreakReason as its reason, when the run is cancelled, when its
     * deadline (ms since the epoch) has come, or when `stopping` fires.
     */
    async hold<T>(
      id: string,
      deadline: number,
      stopping: AbortSignal,
      work: (signal: AbortSignal) => Promise<T>,
    ): Promise<T> {
      const controller = new AbortController()
      const stop = () => controller.abort('stopping' satisfies BreakReason)
      const left = Math.min(LONGEST_TIMER_MS, deadline - Date.now())
      const timer = setTimeout(() => {
        if (Date.now() >= deadline) controller.abort('expired' satisfies BreakReason)
      }, left)
      if (stopping.aborted) stop()
      else stopping.addEventListener('abort', stop, { once: true })
      const holders = controllers.get(id) ?? new Set()
      controllers.set(id, holders.add(controller))
      if (heardEarly.has(id)) controller.abort('cancelled' satisfies BreakReason)
      try {
        return await work(controller.signal)
      } finally {
        clearTimeout(timer)
        stopping.removeEventListener('abort', stop)
        holders.delete(controller)
        if (holders.size === 0) controllers.delete(id)
      }
    },

    /** Breaks the run off if this process executes it, or is about to: a run that was taken may not be held yet. */
    cancel(id: string): void {
      const holders = controllers.get(id)
      if (!holders) heardEarly.set(id, true)
      for (const controller of holders ?? []) controller.abort('cancelled' satisfies BreakReason)
    },
  }
}
