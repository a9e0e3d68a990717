import { ValidationError } from '../platform/errors.ts'
import type { Revision, Task } from './task.ts'
import type { UpdateTaskInput } from './task-input.ts'
import type { WeightedRevision } from './traffic.ts'

/**
 * The active revisions of a task after an update. `active_revisions` replaces them all. `activate: true` gives all
 * traffic to one revision; `weight` gives it this weight beside the others. This revision is the one that the update
 * creates, or, when it creates none because nothing differs, the newest that is no test: so a repeated call changes
 * nothing.
 * @param revisions those before the update, newest first
 * @param created the revision that the update creates, if any
 * @throws {ValidationError} for more than one of the three; for a revision that is unknown, a test or of another task;
 *   when no weight is above 0, or more than `most` revisions would be active
 */
export function routeTraffic(
  task: Pick<Task, 'active_revisions'>,
  revisions: readonly Revision[],
  created: Revision | null,
  input: UpdateTaskInput,
  most: number,
): readonly WeightedRevision[] {
  const given = [input.active_revisions, input.activate || undefined, input.weight]
  if (given.filter((each) => each !== undefined).length > 1) {
    const field = input.weight === undefined ? 'activate' : 'weight'
    throw ValidationError.at(['body', field], 'one of active_revisions, activate and weight, not several')
  }
  if (input.active_revisions) {
    checkActive(input.active_revisions, revisions)
    return input.active_revisions
  }
  if (!input.activate && input.weight === undefined) return task.active_revisions

  const field = input.activate ? 'activate' : 'weight'
  const chosen = created ?? revisions.find((revision) => !revision.test)
  if (!chosen || chosen.test || input.test) {
    throw ValidationError.at(['body', field], 'a test revision cannot be active')
  }
  if (input.weight === undefined) return [{ task_revision_id: chosen.id, weight: 1 }]
  const share = { task_revision_id: chosen.id, weight: input.weight }
  const isChosen = (each: WeightedRevision) => each.task_revision_id === chosen.id
  const active = task.active_revisions.some(isChosen)
    ? task.active_revisions.map((each) => (isChosen(each) ? share : each))
    : [...task.active_revisions, share]
  if (active.every(({ weight }) => weight === 0)) {
    throw ValidationError.at(['body', 'weight'], 'at least one weight must be above 0')
  }
  if (active.length > most) {
    throw ValidationError.at(['body', 'weight'], `at most ${most} revisions can be active`, 'too_big')
  }
  return active
}

function checkActive(active: readonly WeightedRevision[], revisions: readonly Revision[]): void {
  for (const [index, { task_revision_id }] of active.entries()) {
    const known = revisions.find((revision) => revision.id === task_revision_id)
    const problem = !known
      ? 'no such revision of this task'
      : known.test
        ? 'a test revision cannot be active'
        : null
    if (problem) throw ValidationError.at(['body', 'active_revisions', index, 'task_revision_id'], problem)
  }
}
