interface Counts {
  readonly queued: number
  readonly held: number
  readonly running: number
}

/** What of a project waits and runs. */
export interface Queue extends Counts {
  /** Seconds since the creation of the oldest run that waits; null where none does. */
  readonly oldest_age: number | null
  /** Worker processes of the installation; null where the server cannot tell. */
  readonly workers: number | null
  /** `model` is null for runs whose model is not known yet. */
  readonly by_model: readonly (Counts & { readonly model: string | null })[]
  /** Limits of models and of their servers, which the whole installation shares. */
  readonly limits: readonly {
    readonly type: 'model' | 'server'
    readonly name: string
    /** As in the models file. */
    readonly limit: string
    readonly most: number
    /** Of a rate: of a minute's worth, below 0 for a debt. Of `concurrent`: how many more calls may be made. */
    readonly left: number
  }[]
}
