import { sharedIsoTime } from '../../platform/clock.ts'
import { type Rollout, type RolloutStatus, weightsAt } from '../../tasks/split/rollout.ts'
import { changeTraffic } from '../../tasks/split/split.ts'
import type { Task } from '../../tasks/task.ts'
import type { TaskStore } from '../../tasks/task-store.ts'
import type { WeightedRevision } from '../../tasks/traffic.ts'

/** What becomes of a rollout. */
export interface RolloutChange {
  readonly action: 'start' | 'advance' | 'complete' | 'rollback' | 'pause' | 'resume'
  readonly why: string
  readonly metric: string | null
  /** Id of who does it; `rollout` for what evidence decided. */
  readonly by: string
  /** What the history keeps of what it rests on. */
  readonly evidence: Readonly<Record<string, unknown>>
}

const STATUSES: Record<RolloutChange['action'], RolloutStatus> = {
  start: 'running',
  advance: 'running',
  resume: 'running',
  pause: 'paused',
  complete: 'completed',
  rollback: 'rolled_back',
}

/**
 * Changes a rollout with the weights, the table and the history, in one step and only on the state of the task that was
 * read: of several processes that decide the same, one does it.
 * @returns the task as it is now, or null when it was changed meanwhile
 * @throws {ApiError} TASK_STORAGE_FULL for a start
 */
export async function changeRollout(
  tasks: TaskStore,
  { task, version }: { readonly task: Task; readonly version: number },
  rollout: Rollout,
  { action, why, metric, by, evidence }: RolloutChange,
): Promise<Task | null> {
  const now = sharedIsoTime()
  const step = stepAfter(rollout, action)
  const moves = action !== 'pause' && action !== 'resume'
  const weights: readonly WeightedRevision[] =
    action === 'rollback'
      ? rollout.before
      : moves
        ? weightsAt(rollout, rollout.shares[step] ?? 1)
        : task.active_revisions
  const cause = { by, reason: 'rollout', evidence: { action, why, metric, ...evidence } } as const
  const { traffic, change } = changeTraffic(task, weights, cause, now)
  const changed: Rollout = {
    ...rollout,
    ...{ status: STATUSES[action], step, why, metric },
    // A pause does not use up the time of a step.
    step_began: moves || action === 'resume' ? now : rollout.step_began,
    ...(action === 'resume' ? { resumed: now } : {}),
    first_split: action === 'start' ? traffic.split.seq : rollout.first_split,
  }
  const saved: Task = { ...task, ...traffic, rollout: changed, modified: now }
  // Where the project has no room for it, none is started; but each goes on, and back, to its end.
  const outcome = await tasks.save(saved, version, null, change, action !== 'start')
  return outcome === 'saved' ? saved : null
}

function stepAfter({ step, shares }: Rollout, action: RolloutChange['action']): number {
  if (action === 'advance') return step + 1
  return action === 'complete' ? shares.length - 1 : step
}
