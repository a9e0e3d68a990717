import type { Attempt, RunRequest } from '../run.ts'

/** The right of a worker to change a run. Its fence is refused as soon as another worker has claimed the run. */
export interface Claim {
  readonly request: RunRequest
  /** Of the request, as it is stored. */
  readonly bytes: number
  readonly fence: number
  readonly revision: string | null
  /** Number of the version of the weights that it was drawn by; null: not drawn. */
  readonly split: number | null
  /** The model that the run waited for in the queue, see `laneOf`; '' when that was not known. */
  readonly model: string
  readonly attempts: readonly Attempt[]
  /** When the run was first claimed, ms since the epoch. */
  readonly claimed: number
  /** True when the run was claimed so often that it fails instead of being executed again. */
  readonly claimsExhausted: boolean
  /** True when the cancel of the run was requested and no worker has acted on it. */
  readonly cancelled: boolean
  /** Since when it waits for a limit of its model, before its first call; null when it does not. Ms since the epoch. */
  readonly limited: number | null
  /** True when somebody wanted to watch the run before it was claimed. */
  readonly live: boolean
  /** Which attempt the text is of that those who watch it were shown last, see `LiveHead`; null: they were shown none. */
  readonly shown: string | null
}

/** How a worker claims runs. */
export interface DequeueOptions {
  readonly worker: string
  /** A run that has been claimed more often is `claimsExhausted`. */
  readonly claimsMax: number
  /** Most runs to claim. */
  readonly most: number
  /** The token of the locks of the jobs, and how long a lock lasts without being extended. */
  readonly token: string
  readonly lockMs: number
  /** How many runs of each model the worker has room for; absent or null: any runs up to `most`. */
  readonly allowances?: Allowances | null
  /** Announced when the queue is empty: runs may then be dispatched to the worker. */
  readonly capacity?: Capacity | null
}

/** How many runs of each model a worker has room for. Runs with room then overtake those without. */
export interface Allowances {
  readonly byModel: ReadonlyMap<string, number>
  /** Of models whose server asked for a wait: how many runs may start that have no time for it. They need no room of it. */
  readonly hopeless: ReadonlyMap<string, HopelessRuns>
  /** For each model that is not in `byModel`. */
  readonly others: number
}

/** Runs that expire before their model may be asked: they go on with another one, or fail. */
export interface HopelessRuns {
  readonly most: number
  /** Ms since the epoch. */
  readonly expiringBy: number
}

/** What a worker dequeued. */
export interface Dequeued {
  readonly claims: readonly Claim[]
  /** Runs that were left to other workers, since this version does not know the format of their records. */
  readonly unknown: readonly { readonly id: string; readonly format: string }[]
  /** True when the queue has no more runs for this worker, or is paused. */
  readonly empty: boolean
  /** When to dequeue again even if no job wakes the worker, ms since the epoch; 0: not needed. */
  readonly nextDue: number
}

/** What a worker announces, so that runs can be dispatched to it when they are created. Valid for a second. */
export interface Capacity {
  readonly worker: string
  /** How many dispatched runs it has received so far. */
  readonly received: number
  /** How many more it has room for. */
  readonly room: number
  /** How long its locks last without being extended, in ms. */
  readonly lockMs: number
  /** Ids of the models that it has no room for. */
  readonly full: readonly string[]
}

/** Ids of models for scripts, which search for an id with a comma before and after it. */
export const fullToText = (full: readonly string[]): string => (full.length > 0 ? `,${full.join(',')},` : '')

/**
 * The outcome of a release. `queued`: the run is queued again. `cancelled`: its cancel was requested meanwhile; the
 * claim is still valid, and the worker has to end the run. `superseded`: another worker has claimed the run.
 */
export type Released = 'queued' | 'cancelled' | 'superseded'
