import { drawsFrom } from './simulate-completion.ts'

/** How often each fault happens, as a share of the calls. Drawn in the order given; at most one per call. */
export interface SimulatedFaults {
  readonly rateLimited: number
  readonly serverError: number
  readonly hang: number
  readonly cut: number
  readonly invalidJson: number
  readonly schemaViolation: number
}

const FAULTS = ['rateLimited', 'serverError', 'hang', 'cut', 'invalidJson', 'schemaViolation'] as const
export type Fault = (typeof FAULTS)[number]

/**
 * Random numbers for one call. With a seed they depend on it and on the number of the call alone, so that the same
 * calls in the same order meet the same faults; null stands for chance.
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
