import type { RunJob } from '../queues.ts'
import type { Attempt, RunRequest } from './run.ts'

/** A run that the queue has to deliver: whoever is told adds its job. */
export interface Entered {
  readonly id: string
  readonly job: RunJob
}

/** An idempotency key, and what it stands for. */
export interface IdempotencyKey {
  /** SHA-256 of the caller's key. */
  readonly hash: string
  /** SHA-256 of everything that makes two requests the same. */
  readonly fingerprint: string
}

/**
 * `enqueued`: its job is to be added. `lane`: its job is added when the project's earlier runs have left the queue.
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
  /** Runs that may enter the queue in its place. */
  readonly entered: readonly Entered[]
}

/** What the queue has to know of a run. */
export const jobOf = ({ project, task, revision }: RunRequest): RunJob => ({ project, task, revision })

/** From the reply of a script: `{id, request, ...}`. */
export function toEntered(reply: readonly string[]): Entered[] {
  const entered: Entered[] = []
  for (let at = 0; at < reply.length; at += 2) {
    entered.push({ id: reply[at] ?? '', job: jobOf(JSON.parse(reply[at + 1] ?? '') as RunRequest) })
  }
  return entered
}
