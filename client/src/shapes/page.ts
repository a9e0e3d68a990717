/** One page of a list, newest first. */
export interface Page<T> {
  readonly results: readonly T[]
  readonly pagination: {
    /** Null on the last page. */
    readonly next_cursor: string | null
    readonly has_next: boolean
    readonly page_limit: number
  }
}
