import { randomBytes } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import type { WeightedRevision } from '../traffic.ts'
import { moveSlots, type SlotTable } from './slot-table.ts'

/** One version of a task's weights, under which every revision has a constant share. */
export interface Split {
  /** Counts the changes of weights, from 1; 0 for tasks stored before there were any. Every drawn run has it. */
  readonly seq: number
  /** Hashed with the keys of sticky callers, so that nobody can choose a key by its slot. It never changes. */
  readonly salt: string
  readonly table: SlotTable
}

export const TRAFFIC_REASONS = ['created', 'updated', 'restored', 'imported', 'rollout'] as const

/** Who changes weights, and why. */
export interface TrafficCause {
  /** Id of the caller's key, client or token. */
  readonly by: string
  readonly reason: (typeof TRAFFIC_REASONS)[number]
  /** What the decision rests on: the restored change, for instance. */
  readonly evidence?: Readonly<Record<string, unknown>>
}

/** One entry of the history of a task's weights. */
export interface TrafficChange {
  readonly seq: number
  /** ISO time. */
  readonly at: string
  readonly by: string
  readonly reason: TrafficCause['reason']
  readonly evidence: Readonly<Record<string, unknown>> | null
  readonly before: readonly WeightedRevision[]
  readonly after: readonly WeightedRevision[]
}

export interface SplitTraffic {
  readonly active_revisions: readonly WeightedRevision[]
  readonly split: Split
}

/**
 * The split after a change of weights, and its entry in the history; no entry, and the same split, where nothing changes.
 * Weights of all entries in their order lead to the same table again.
 * @param before null for a new task
 * @param at ISO time
 */
export function changeTraffic(
  before: SplitTraffic | null,
  after: readonly WeightedRevision[],
  { by, reason, evidence }: TrafficCause,
  at: string,
): { readonly traffic: SplitTraffic; readonly change: TrafficChange | null } {
  if (before && isDeepStrictEqual(before.active_revisions, after)) {
    const { active_revisions, split } = before
    return { traffic: { active_revisions, split }, change: null }
  }
  const seq = (before?.split.seq ?? 0) + 1
  const salt = before?.split.salt ?? newSalt()
  const table = moveSlots(before?.split.table ?? null, after)
  const change = {
    seq,
    at,
    by,
    reason,
    evidence: evidence ?? null,
    before: before?.active_revisions ?? [],
    after,
  }
  return { traffic: { active_revisions: after, split: { seq, salt, table } }, change }
}

/** The split of a task that was stored without one: the same in every process. */
export const splitOf = (task: {
  readonly id: string
  readonly active_revisions: readonly WeightedRevision[]
}): Split => ({
  seq: 0,
  salt: task.id,
  table: moveSlots(null, task.active_revisions),
})

const newSalt = (): string => randomBytes(8).toString('hex')
