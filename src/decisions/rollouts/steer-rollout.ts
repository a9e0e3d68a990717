import { sharedNow } from '../../platform/clock.ts'
import { ApiError } from '../../platform/errors.ts'
import { isOpen, type Rollout } from '../../tasks/split/rollout.ts'
import type { Task } from '../../tasks/task.ts'
import { type TaskToChange, untilSaved } from '../until-saved.ts'
import { changeRollout } from './change-rollout.ts'
import type { StartRolloutDeps } from './start-rollout.ts'

export const STEERINGS = ['pause', 'resume', 'rollback', 'complete'] as const
export type Steering = (typeof STEERINGS)[number]

/**
 * Does by hand what evidence would do: `rollback` gives back the weights of before, `complete` gives all to the new
 * revision.
 * @throws {ApiError} TASK_NOT_FOUND, STALE_TASK, ROLLOUT_NOT_FOUND, ROLLOUT_NOT_RUNNING, TOO_MANY_REQUESTS
 */
export async function steerRollout(
  { tasks, rollouts }: StartRolloutDeps,
  owner: TaskToChange,
  steering: Steering,
  by: string,
): Promise<Task> {
  return untilSaved(tasks, owner, async (stored) => {
    const { rollout } = stored.task
    if (!rollout) throw new ApiError('ROLLOUT_NOT_FOUND', 'The task has had no rollout.')
    if (!allows(rollout, steering)) {
      throw new ApiError(
        'ROLLOUT_NOT_RUNNING',
        `The rollout is ${rollout.status}: there is nothing to ${steering}.`,
      )
    }
    if (steering === 'resume') await rollouts.add(owner, sharedNow())
    const change = { action: steering, why: 'asked', metric: null, by, evidence: {} } as const
    return changeRollout(tasks, stored, rollout, change)
  })
}

function allows(rollout: Rollout, steering: Steering): boolean {
  if (steering === 'pause') return rollout.status === 'running'
  if (steering === 'resume') return rollout.status === 'paused'
  return isOpen(rollout)
}
