import type { CallOptions } from '../client-options.ts'

/** Guards a change. */
export interface ChangeOptions extends CallOptions {
  /** The `etag` of the task that is to be changed: another state is STALE_TASK, and nothing is changed. */
  readonly ifMatch?: string | undefined
}

/** What a call has of the options of a change. */
export const guarded = ({ ifMatch, ...options }: ChangeOptions = {}) => ({
  ...options,
  headers: ifMatch === undefined ? {} : { 'if-match': ifMatch },
})
