import type { Attempt, RunRequest } from '../run.ts'

/** A worker's hold on a run. Its fence is refused as soon as another worker has claimed the run. */
export interface Claim {
  readonly request: RunRequest
  readonly fence: number
  readonly revision: string | null
  /** Id of the model that it waited for, as far as was known when it was accepted; '' when it was not. */
  readonly model: string
  readonly attempts: readonly Attempt[]
  /** When the run was first claimed, ms since the epoch. */
  readonly claimed: number
  /** True when so many claims were lost that the run should fail instead of being executed again. */
  readonly claimsExhausted: boolean
  /** True when its cancellation was asked for while nobody could act on it. */
  readonly cancelled: boolean
}

/** How a worker claims runs. */
export interface DequeueOptions {
  readonly worker: string
  /** A run that has been claimed more often is `claimsExhausted`. */
  readonly claimsMax: number
  /** How many at most. */
  readonly most: number
  /** What the locks of the jobs are known by, and how long they last without being extended. */
  readonly token: string
  readonly lockMs: number
  /** What the worker has room for by model; absent or null: for any of them. */
  readonly allowances?: Allowances | null
  /** What the worker may be given beside those that it claims, when the queue has no more. */
  readonly capacity?: Capacity | null
}

/** How many runs of each model a worker has room for. Runs for which it has room then pass those for which it has not. */
export interface Allowances {
  readonly byModel: ReadonlyMap<string, number>
  /** Of a model that is not named. */
  readonly others: number
}

/** What a worker got from the queue. */
export interface Dequeued {
  readonly claims: readonly Claim[]
  /** True when the queue had no more for this worker, or gives no more now. */
  readonly empty: boolean
  /** When to look again without being woken, ms since the epoch; 0 when there is no need. */
  readonly nextDue: number
}

/** What a worker says of itself, so that runs can be dispatched to it as they are created. It counts for a second. */
export interface Capacity {
  readonly worker: string
  /** How many runs it has heard of that were dispatched to it. */
  readonly heard: number
  /** How many more it has room for. */
  readonly room: number
  /** What its locks last for, in ms, without being extended. */
  readonly lockMs: number
  /** Ids of models that it has no room for. */
  readonly full: readonly string[]
}

/** Ids of models, as scripts look for them: with commas around. */
export const fullToText = (full: readonly string[]): string => (full.length > 0 ? `,${full.join(',')},` : '')

/**
 * What became of a run that its worker gave back: `queued` again; `cancelled`: it was not given back, for its end was
 * asked for meanwhile, and the worker still has it to end it; `superseded`: it was no longer this claim's.
 */
export type Released = 'queued' | 'cancelled' | 'superseded'
