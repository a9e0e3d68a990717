import type { WeightedRevision } from '../traffic.ts'

export const ROLLOUT_STATUSES = ['running', 'paused', 'completed', 'rolled_back', 'superseded'] as const
export type RolloutStatus = (typeof ROLLOUT_STATUSES)[number]

/** A bound on what a rollout may do to a metric: a difference, or a ratio for latency, cost and tokens. */
export interface RolloutGuard {
  readonly metric: string
  readonly max_increase?: number | undefined
  readonly max_decrease?: number | undefined
  readonly max_ratio?: number | undefined
}

/**
 * The rollout of a task, the present one or the last. It is a part of the task's record, so that it changes in one step
 * with the weights, and only on the state that the change was decided on. Names are those on the wire.
 */
export interface Rollout {
  readonly from: string
  readonly to: string
  readonly shares: readonly number[]
  /** Seconds. */
  readonly hold: number
  readonly min_runs: number
  readonly guards: readonly RolloutGuard[]
  readonly alpha: number
  /** Seconds; absent in those of earlier versions. */
  readonly done_within?: number
  readonly on_harm: 'rollback' | 'pause'
  readonly on_stall: 'pause' | 'rollback'
  /** Seconds; null: no end. */
  readonly max_duration: number | null
  readonly status: RolloutStatus
  /** Index of the present share. */
  readonly step: number
  /** ISO times. */
  readonly began: string
  readonly step_began: string
  /** Number of the first split that is part of it. */
  readonly first_split: number
  /** The weights to go back to. */
  readonly before: readonly WeightedRevision[]
  /** Why it has its status. */
  readonly why: string
  /** The metric that decided. */
  readonly metric: string | null
}

/** Whether a rollout still decides about the weights. */
export const isOpen = (rollout: Rollout | null): rollout is Rollout =>
  rollout !== null && (rollout.status === 'running' || rollout.status === 'paused')

/** The weights at a share: what both revisions had before is divided anew, others keep theirs. */
export function weightsAt(
  { from, to, before }: Pick<Rollout, 'from' | 'to' | 'before'>,
  share: number,
): WeightedRevision[] {
  const both = before.reduce(
    (sum, { task_revision_id: id, weight }) => (id === from || id === to ? sum + weight : sum),
    0,
  )
  const others = before.filter(({ task_revision_id: id }) => id !== from && id !== to)
  return [
    ...others,
    { task_revision_id: from, weight: both * (1 - share) },
    { task_revision_id: to, weight: both * share },
  ]
}
