import { ApiError } from '../../platform/errors.ts'
import { type UpdatedTask, type UpdateTaskDeps, updateTask } from '../update-task.ts'

/**
 * Gives a task the weights again that it had after one change of its history. It is a change of its own; where the
 * weights are the same already, nothing changes.
 * @param seq number of the change
 * @throws {ApiError} TRAFFIC_CHANGE_NOT_FOUND for a change that never was, or is no longer kept; and see updateTask
 */
export async function restoreTraffic(
  deps: UpdateTaskDeps,
  owner: { project: string; task: string; by: string },
  seq: number,
  { isExpected, supersede }: { isExpected: (etag: string) => boolean; supersede: boolean },
): Promise<UpdatedTask> {
  const [change] = await deps.tasks.trafficHistory(owner.project, owner.task, seq + 1, 1)
  if (change?.seq !== seq) {
    throw new ApiError('TRAFFIC_CHANGE_NOT_FOUND', 'There is no such change of weights.')
  }
  const cause = { reason: 'restored', evidence: { seq }, supersede } as const
  return updateTask(deps, owner, { active_revisions: [...change.after] }, isExpected, cause)
}
