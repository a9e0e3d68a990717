import { LRUCache } from 'lru-cache'
import { shardOf } from '../../platform/ids.ts'

/** Why the execution of a run is broken off. */
export type BreakReason = 'stopping' | 'cancelled' | 'expired'

export type Executions = ReturnType<typeof createExecutions>

/**
 * Deadlines are looked at so often, and when they have come: timers of one length, which nearly all are then, cost less
 * than one per run.
 */
const LOOK_MS = 30_000

/** Between being claimed in Redis and being tracked here a run has so much time, in ms, to be cancelled and still hear of it. */
const HEARD_EARLY_MS = 60_000
const MOST_HEARD_EARLY = 10_000

/** The executions of this process, so that what ends one from outside finds it. */
export function createExecutions() {
  const controllers = new Map<string, Set<AbortController>>()
  // Signals travel apart from claims, and may be faster.
  const heardEarly = new LRUCache<string, true>({ max: MOST_HEARD_EARLY, ttl: HEARD_EARLY_MS })

  /** Per worker of this process, what ends with it: one listener for all of its runs. */
  const stops = new WeakMap<AbortSignal, Set<AbortController>>()

  function stopOf(stopping: AbortSignal): Set<AbortController> {
    const known = stops.get(stopping)
    if (known) return known
    const held = new Set<AbortController>()
    stops.set(stopping, held)
    stopping.addEventListener('abort', () => {
      for (const controller of held) controller.abort('stopping' satisfies BreakReason)
    })
    return held
  }

  return {
    /**
     * Does something with a signal that fires, with a BreakReason as its reason, when the run is cancelled, when its
     * deadline (ms since the epoch) has come, or when `stopping` fires.
     */
    async track<T>(
      id: string,
      deadline: number,
      stopping: AbortSignal,
      work: (signal: AbortSignal) => Promise<T>,
    ): Promise<T> {
      const controller = new AbortController()
      let timer: NodeJS.Timeout | undefined
      const look = (): void => {
        const left = deadline - Date.now()
        if (left <= 0) controller.abort('expired' satisfies BreakReason)
        else timer = setTimeout(look, Math.min(left, LOOK_MS))
      }
      const stopped = stopOf(stopping)
      stopped.add(controller)
      if (stopping.aborted) controller.abort('stopping' satisfies BreakReason)
      const tracked = controllers.get(id) ?? new Set()
      controllers.set(id, tracked.add(controller))
      if (heardEarly.has(id)) controller.abort('cancelled' satisfies BreakReason)
      look()
      try {
        return await work(controller.signal)
      } finally {
        clearTimeout(timer)
        stopped.delete(controller)
        tracked.delete(controller)
        if (tracked.size === 0) controllers.delete(id)
      }
    },

    /** Ids of the runs of a shard that are executed here. */
    idsIn: (shard: number): string[] => [...controllers.keys()].filter((id) => shardOf(id) === shard),

    /** Breaks the run off if this process executes it, or is about to: one that was just claimed may not be tracked yet. */
    cancel(id: string): void {
      const tracked = controllers.get(id)
      if (!tracked) heardEarly.set(id, true)
      for (const controller of tracked ?? []) controller.abort('cancelled' satisfies BreakReason)
    },
  }
}
