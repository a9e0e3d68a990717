import { isDeepStrictEqual } from 'node:util'
import type { Scores } from '../scores/score.ts'
import type { WeightedRevision } from '../traffic.ts'

/** Metrics of scores begin with this. */
const SCORE = 'score:'

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
  /** When it was resumed last: what it may take is counted from then. Absent: never. */
  readonly resumed?: string
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

/** Below this, parts of weights would lose their digits. */
const TINY = 1e-290

/**
 * The weights at a share: what both revisions had before is divided anew, others keep theirs. Where they are so large or
 * so small that numbers could not say it, all are scaled.
 */
export function weightsAt(
  { from, to, before: given }: Pick<Rollout, 'from' | 'to' | 'before'>,
  share: number,
): WeightedRevision[] {
  const before = scaled(given)
  const both = before.reduce(
    (sum, { task_revision_id: id, weight }) => (id === from || id === to ? sum + weight : sum),
    0,
  )
  const others = before.filter(({ task_revision_id: id }) => id !== from && id !== to)
  return [
    ...others,
    { task_revision_id: from, weight: times(both, 1 - share) },
    { task_revision_id: to, weight: times(both, share) },
  ]
}

/** What is above 0 stays above 0: without any weight a revision would get no run. */
const times = (weight: number, factor: number): number =>
  weight > 0 && factor > 0 ? Math.max(weight * factor, Number.MIN_VALUE) : 0

function scaled(weights: readonly WeightedRevision[]): readonly WeightedRevision[] {
  const largest = Math.max(...weights.map(({ weight }) => weight))
  const factor = largest > Number.MAX_VALUE / 2 ? 0.5 : largest < TINY ? 1 / TINY : 1
  return factor === 1 ? weights : weights.map((each) => ({ ...each, weight: times(each.weight, factor) }))
}

/** Whether a score is changed or removed that a guard of a rollout looks at. */
export function changesGuard({ guards }: Rollout, before: Scores, after: Scores): boolean {
  return guards.some(({ metric }) => {
    const name = metric.startsWith(SCORE) ? metric.slice(SCORE.length) : ''
    if (!Object.hasOwn(before, name)) return false
    return !Object.hasOwn(after, name) || !isDeepStrictEqual(before[name], after[name])
  })
}
