import type { ActiveRevision } from './task.ts'

/** One change of a task's weights. */
export interface TrafficChange {
  /** Runs that were drawn by it have it as `split`. */
  readonly seq: number
  readonly at: string
  readonly by: string
  readonly reason: 'created' | 'updated' | 'restored' | 'imported' | 'rollout'
  readonly evidence: Readonly<Record<string, unknown>> | null
  readonly before: readonly ActiveRevision[]
  readonly after: readonly ActiveRevision[]
}

/** Newest first. */
export interface TrafficPage {
  readonly results: readonly TrafficChange[]
  /** `before` of the next page; null on the last one. */
  readonly next_before: number | null
}

export interface TrafficQuery {
  /** Only changes with a lower number. */
  readonly before?: number | undefined
  readonly page_limit?: number | undefined
}
