/**
 * A revision that runs beside the one that callers get, on a part of their inputs. It is a part of its task's record.
 * Names are those on the wire.
 */
export interface Shadow {
  readonly revision: string
  /** The part of the task's drawn runs that it runs beside, above 0 and up to 1. */
  readonly share: number
  /** What its runs may cost in a UTC day; null: anything. */
  readonly max_credits_per_day: number | null
  /** ISO time. */
  readonly began: string
  /** Id of the caller's key, client or token. */
  readonly by: string
}
