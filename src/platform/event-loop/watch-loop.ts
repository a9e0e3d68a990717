import { performance } from 'node:perf_hooks'

/** Over how long it is looked back, at least, in ms. */
const WINDOW_MS = 200

/** How long an event loop was busy and idle so far, in ms. */
export interface LoopTimes {
  readonly active: number
  readonly idle: number
}

/**
 * Tells which part of the last time the event loop of this process was busy, 0 to 1: since the reading before, which is
 * at least 200 ms ago. A busy loop lets whatever comes wait.
 */
export function watchLoop(read: () => LoopTimes = () => performance.eventLoopUtilization()): () => number {
  let before = read()
  let known = 0
  return () => {
    const now = read()
    const active = now.active - before.active
    const all = active + now.idle - before.idle
    if (all < WINDOW_MS) return known
    known = active / all
    before = now
    return known
  }
}
