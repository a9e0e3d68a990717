import { sharedIsoTime, sharedNow } from '../../platform/clock.ts'
import { ApiError, ValidationError } from '../../platform/errors.ts'
import { isOpen, type Rollout } from '../../tasks/split/rollout.ts'
import type { Task } from '../../tasks/task.ts'
import type { TaskStore } from '../../tasks/task-store.ts'
import { type TaskToChange, untilSaved } from '../until-saved.ts'
import { changeRollout } from './change-rollout.ts'
import { guardsOf } from './guards-of.ts'
import type { RolloutIndex } from './rollout-index.ts'
import type { RolloutInput } from './rollout-input.ts'

export interface StartRolloutDeps {
  readonly tasks: TaskStore
  readonly rollouts: RolloutIndex
  /** Most active revisions of a task. */
  readonly weightsMax: number
}

/**
 * Starts a rollout at its first share. From then on it decides about the weights, until it is over or superseded.
 * @param supersede whether one that is open is ended by this; else it refuses
 * @throws {ApiError} TASK_NOT_FOUND, STALE_TASK, ROLLOUT_RUNNING, TASK_STORAGE_FULL, TOO_MANY_REQUESTS
 * @throws {ValidationError} for revisions that cannot be rolled out, and for guards that the task does not have
 */
export async function startRollout(
  { tasks, rollouts, weightsMax }: StartRolloutDeps,
  owner: TaskToChange,
  input: RolloutInput,
  { by, supersede }: { readonly by: string; readonly supersede: boolean },
): Promise<Task> {
  return untilSaved(tasks, owner, async (stored) => {
    const { task } = stored
    if (isOpen(task.rollout) && !supersede) throw rolloutRunning()
    guardsOf(task, input.guards)
    await checkRevisions(tasks, task, input, weightsMax)
    // Before it begins: one that began is then always looked at.
    await rollouts.add(owner, sharedNow())
    const now = sharedIsoTime()
    const rollout: Rollout = {
      ...input,
      ...{ status: 'running', step: 0, began: now, step_began: now, first_split: 0 },
      ...{ before: task.active_revisions, why: 'started', metric: null },
    }
    const change = { action: 'start', why: 'started', metric: null, by, evidence: {} } as const
    return changeRollout(tasks, stored, rollout, change)
  })
}

async function checkRevisions(
  tasks: TaskStore,
  task: Task,
  { from, to }: RolloutInput,
  weightsMax: number,
): Promise<void> {
  const active = task.active_revisions
  if (!active.some(({ task_revision_id, weight }) => task_revision_id === from && weight > 0)) {
    throw ValidationError.at(['body', 'from'], 'has no traffic')
  }
  const revision = await tasks.revision(task.project_id, to)
  if (revision?.task_id !== task.id) throw ValidationError.at(['body', 'to'], 'no such revision of this task')
  if (revision.test) throw ValidationError.at(['body', 'to'], 'a test revision cannot be active')
  if (!active.some(({ task_revision_id }) => task_revision_id === to) && active.length >= weightsMax) {
    throw ValidationError.at(['body', 'to'], `at most ${weightsMax} revisions can be active`, 'too_big')
  }
}

export function rolloutRunning(): ApiError {
  return new ApiError('ROLLOUT_RUNNING', 'A rollout decides about the weights of this task.')
}
