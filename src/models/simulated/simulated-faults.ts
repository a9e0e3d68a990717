import { drawsFrom } from './simulate-completion.ts'

/** The share of calls (0 to 1) with each fault. A call has one fault at most; they are drawn in this order. */
export interface SimulatedFaults {
  readonly rateLimited: number
  readonly serverError: number
  readonly hang: number
  readonly cut: number
  readonly invalidJson: number
  readonly schemaViolation: number
  /** The answer is cut short, filtered or declined, is empty, has an error beside it, or reasoning before it. */
  readonly truncated: number
  readonly filtered: number
  readonly declined: number
  readonly empty: number
  readonly errorInAnswer: number
  readonly reasoning: number
  /** Refusals of a server whose account is empty, and whose model is being loaded. */
  readonly noQuota: number
  readonly loading: number
}

const FAULTS = [
  ...(['rateLimited', 'serverError', 'hang', 'cut', 'invalidJson', 'schemaViolation', 'truncated'] as const),
  ...(['filtered', 'declined', 'empty', 'errorInAnswer', 'reasoning', 'noQuota', 'loading'] as const),
] as const
export type Fault = (typeof FAULTS)[number]

/**
 * Random numbers for one call. With a seed they depend only on it and on the number of the call, so that the same calls
 * in the same order have the same faults. Null: random.
 */
export function drawsFor(seed: number | null, call: number): () => number {
  return seed === null ? Math.random : drawsFrom(`${seed}:${call}`)
}

/** The fault of a call, or null for none. */
export function drawFault(faults: Partial<SimulatedFaults>, draw: () => number): Fault | null {
  let left = draw()
  for (const fault of FAULTS) {
    left -= faults[fault] ?? 0
    if (left < 0) return fault
  }
  return null
}
