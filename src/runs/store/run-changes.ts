import type { Attempt, RunRequest } from '../run.ts'

/** An idempotency key, and what it stands for. */
export interface IdempotencyKey {
  /** SHA-256 of the caller's key. */
  readonly hash: string
  /** SHA-256 of everything that makes two requests the same. */
  readonly fingerprint: string
}

/**
 * `enqueued`: it has its job. `lane`: it gets one when the project's earlier runs have left the queue.
 * `replayed` and `reused`: the idempotency key has the run `id`, of the same or of another request.
 */
export type Created =
  | { readonly outcome: 'enqueued' | 'lane' | 'exists' | 'full' | 'project_full' }
  | { readonly outcome: 'replayed' | 'reused'; readonly id: string }

/** A worker's hold on a run. Its fence is refused as soon as another worker has claimed the run. */
export interface Claim {
  readonly request: RunRequest
  readonly fence: number
  readonly revision: string | null
  readonly attempts: readonly Attempt[]
  /** When the run was first claimed, ms since the epoch. */
  readonly claimed: number
  /** True when so many claims were lost that the run should fail instead of being executed again. */
  readonly spent: boolean
  /** True when its cancellation was asked for while nobody could act on it. */
  readonly cancelled: boolean
}

/** What a worker got from the queue. */
export interface Taken {
  readonly claims: readonly Claim[]
  /** True when the queue had no more. */
  readonly empty: boolean
  /** When the next job that was put off is due, ms since the epoch; 0 when there is none. */
  readonly nextDue: number
}

/** What a worker says of itself, so that runs can be handed to it as they are created. */
export interface Offer {
  readonly worker: string
  /** How many runs it was handed so far. */
  readonly heard: number
  /** How many more it has room for. */
  readonly room: number
  /** What its locks last for, in ms, without being extended. */
  readonly lockMs: number
}
