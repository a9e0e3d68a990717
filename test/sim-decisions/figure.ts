/** One row of the tables: what was simulated, what it was designed to be, and what came out. */
export interface Figure {
  readonly table: string
  readonly what: string
  /** What has to hold, or what the design found. */
  readonly designed: string
  readonly measured: string
  /** Whether it holds; null where nothing is asked. */
  readonly holds: boolean | null
}

/** How much is simulated. */
export interface Extent {
  /** Repetitions for each row, where the design asks for 2,000. */
  readonly repetitions: number
  readonly seed: number
}

export const percent = (part: number): string => `${(100 * part).toFixed(2).replace(/\.?0+$/, '')} %`

export const count = (value: number): string => (Number.isFinite(value) ? value.toLocaleString('en') : 'more')

/** The value below which the part `q` of all lie; those never reached are infinite. */
export function quantileOf(values: readonly number[], q: number): number {
  return values.toSorted((a, b) => a - b)[Math.ceil(q * values.length) - 1] ?? Number.POSITIVE_INFINITY
}

/**
 * The highest number of `repetitions` that may do what happens with the probability `part` at most: five standard
 * deviations above. With many repetitions that is near the part itself; with few a right implementation passes too.
 */
export function mostOf(part: number, repetitions: number): number {
  return repetitions * part + 5 * Math.sqrt(repetitions * part * (1 - part))
}
