import type { NewRollout, RolloutGuard, TaskRecord } from '@splitrun/client'
import { numberOf } from '../../parts/number-of.ts'
import { isRatio } from '../../parts/revisions/metric-words.ts'

/** A guard as it is typed: points of a rate or a score, times of a ratio. */
export interface GuardDraft {
  readonly metric: string
  readonly bound: string
}

/** A rollout as it is typed. */
export interface RolloutDraft {
  readonly from: string
  readonly to: string
  /** Percents, with commas between. */
  readonly shares: string
  readonly minutes: string
  readonly minRuns: string
  /** Seconds until a run counts as one that hangs; empty for what the server has by itself. */
  readonly doneWithin: string
  readonly guards: readonly GuardDraft[]
  readonly onHarm: 'rollback' | 'pause'
  /** Hours; empty for no end. */
  readonly hours: string
  readonly onStall: 'pause' | 'rollback'
}

/** As the server has it where nothing is said. */
const USUAL: Omit<RolloutDraft, 'from' | 'to'> = {
  ...{ shares: '1, 5, 25, 50, 100', minutes: '10', minRuns: '20', hours: '', doneWithin: '' },
  guards: [
    { metric: 'failed', bound: '2' },
    { metric: 'latency', bound: '1.25' },
    { metric: 'cost', bound: '1.5' },
  ],
  ...{ onHarm: 'rollback', onStall: 'pause' },
}

/** From the revision with the most traffic to the newest other one; null where there are no two. */
export function usualRollout({ revisions, active_revisions: active }: TaskRecord): RolloutDraft | null {
  const [most] = active.toSorted((a, b) => b.weight - a.weight)
  const to = revisions.find(({ id, test }) => !test && id !== most?.task_revision_id)
  return most && to ? { ...USUAL, from: most.task_revision_id, to: to.id } : null
}

/** Points as shares, without the tail that binary fractions have. */
const ofHundred = (value: number): number => Number((value / 100).toPrecision(12))

function guardOf({ metric, bound }: GuardDraft, { scores }: TaskRecord): RolloutGuard {
  const value = numberOf(`The bound of ${metric}`, bound)
  if (isRatio(metric)) return { metric, max_ratio: value }
  const score = scores[metric.replace(/^score:/, '')]
  const isBetterHigh = score && (score.type !== 'number' || score.good === 'high')
  return isBetterHigh
    ? { metric, max_decrease: ofHundred(value) }
    : { metric, max_increase: ofHundred(value) }
}

/**
 * A rollout as it goes over the wire. Whether it makes sense is the server's to say.
 * @throws {TypeError} where a number is none
 */
export function rolloutOf(draft: RolloutDraft, task: TaskRecord): NewRollout {
  const shares = draft.shares.split(',').map((each) => ofHundred(numberOf('Shares', each)))
  return {
    from: draft.from,
    to: draft.to,
    shares,
    hold: numberOf('A step lasts', draft.minutes) * 60,
    min_runs: numberOf('Runs of a step', draft.minRuns),
    guards: draft.guards.map((guard) => guardOf(guard, task)),
    ...(draft.doneWithin.trim() !== '' && { done_within: numberOf('A run hangs', draft.doneWithin) }),
    on_harm: draft.onHarm,
    on_stall: draft.onStall,
    max_duration: draft.hours.trim() === '' ? null : numberOf('Hours', draft.hours) * 3600,
  }
}
