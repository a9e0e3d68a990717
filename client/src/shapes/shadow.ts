/** What runs beside the runs of a task. */
export interface NewShadow {
  readonly revision: string
  /** The part of the drawn runs that it runs beside. */
  readonly share: number
  /** What its runs may cost in a UTC day; null: anything. */
  readonly max_credits_per_day: number | null
}

/** Shadow runs that are no pair, by why. */
export type DroppedShadows = Readonly<
  Partial<
    Record<'full' | 'late' | 'stopped' | 'cancelled' | 'budget' | 'limit' | 'lost' | 'unusable', number>
  >
>

export interface Shadow extends NewShadow {
  readonly credits_today: number
  readonly began: string
  readonly by: string
  /** Null where the server would have to add up more totals than it may; `dropped` is empty then. */
  readonly pairs: number | null
  readonly dropped: DroppedShadows
}
