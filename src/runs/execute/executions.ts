import { LRUCache } from 'lru-cache'
import { atMost } from '../../platform/at-most.ts'
import { sharedNow } from '../../platform/clock.ts'
import { shardOf } from '../../platform/ids.ts'

/** Why the execution of a run is aborted. */
export type AbortReason = 'stopping' | 'cancelled' | 'expired'

export type Executions = ReturnType<typeof createExecutions>

/**
 * The longest timer for a deadline, in ms; when it fires, a later deadline gets the next one. Node keeps one list per
 * timer length, so that most timers share the list of this length, which costs less CPU than a length for each run.
 */
const CHECK_MS = 30_000

/** A cancel may arrive before the run is tracked here. It is remembered for this long, in ms, for so many runs. */
const CANCELLED_EARLY_MS = 60_000
const MOST_CANCELLED_EARLY = 10_000

/** The executions of this process by run id, so that a cancel finds the one that it is meant for. */
export function createExecutions() {
  const controllers = new Map<string, Set<AbortController>>()
  // Cancels come over another connection than claims, and may arrive first.
  const cancelledEarly = new LRUCache<string, true>({
    ...atMost(MOST_CANCELLED_EARLY),
    ttl: CANCELLED_EARLY_MS,
  })

  /** The executions of each worker, by its stop signal: one listener per worker instead of one per run. */
  const byWorker = new WeakMap<AbortSignal, Set<AbortController>>()

  function controllersOf(stopping: AbortSignal): Set<AbortController> {
    const known = byWorker.get(stopping)
    if (known) return known
    const ofWorker = new Set<AbortController>()
    byWorker.set(stopping, ofWorker)
    stopping.addEventListener('abort', () => {
      for (const controller of ofWorker) controller.abort('stopping' satisfies AbortReason)
    })
    return ofWorker
  }

  return {
    /**
     * Runs `work` with a signal that fires, with an AbortReason as its reason, when the run is cancelled, when its
     * deadline (ms since the epoch) is reached, or when `stopping` fires.
     */
    async track<T>(
      id: string,
      deadline: number,
      stopping: AbortSignal,
      work: (signal: AbortSignal) => Promise<T>,
    ): Promise<T> {
      const controller = new AbortController()
      let timer: NodeJS.Timeout | undefined
      const checkDeadline = (): void => {
        const left = deadline - sharedNow()
        if (left <= 0) controller.abort('expired' satisfies AbortReason)
        else timer = setTimeout(checkDeadline, Math.min(left, CHECK_MS))
      }
      const ofWorker = controllersOf(stopping)
      ofWorker.add(controller)
      if (stopping.aborted) controller.abort('stopping' satisfies AbortReason)
      const tracked = controllers.get(id) ?? new Set()
      controllers.set(id, tracked.add(controller))
      if (cancelledEarly.has(id)) controller.abort('cancelled' satisfies AbortReason)
      checkDeadline()
      try {
        return await work(controller.signal)
      } finally {
        clearTimeout(timer)
        ofWorker.delete(controller)
        tracked.delete(controller)
        if (tracked.size === 0) controllers.delete(id)
      }
    },

    /** Ids of the runs of a shard that are executed here. */
    idsIn: (shard: number): string[] => [...controllers.keys()].filter((id) => shardOf(id) === shard),

    /** Aborts the run if this process executes it, now or soon: a run that was just claimed may not be tracked yet. */
    cancel(id: string): void {
      const tracked = controllers.get(id)
      if (!tracked) cancelledEarly.set(id, true)
      for (const controller of tracked ?? []) controller.abort('cancelled' satisfies AbortReason)
    },
  }
}
