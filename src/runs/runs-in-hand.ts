/** Why the execution of a run is broken off. */
export type BreakReason = 'stopping' | 'cancelled' | 'expired'

export type RunsInHand = ReturnType<typeof createRunsInHand>

/** Node's timers take no longer delay; who waits so long is looked at again then. */
const LONGEST_TIMER_MS = 2 ** 31 - 1

/** The executions of this process, so that what ends one from outside finds it. */
export function createRunsInHand() {
  const controllers = new Map<string, Set<AbortController>>()

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
      try {
        return await work(controller.signal)
      } finally {
        clearTimeout(timer)
        stopping.removeEventListener('abort', stop)
        holders.delete(controller)
        if (holders.size === 0) controllers.delete(id)
      }
    },

    /** Breaks the run off if this process executes it. */
    cancel(id: string): void {
      for (const controller of controllers.get(id) ?? []) controller.abort('cancelled' satisfies BreakReason)
    },
  }
}
