import { setTimeout as sleep } from 'node:timers/promises'
import { ApiError } from '../platform/errors.ts'
import { etagOf, type Task } from '../tasks/task.ts'
import type { StoredTask, TaskStore } from '../tasks/task-store.ts'
import { staleTask } from '../tasks/update-task.ts'

const MOST_TRIES = 60
const LONGEST_PAUSE_MS = 100

/** A task that is to be changed. */
export interface TaskToChange {
  readonly project: string
  readonly task: string
  /** True when the task with this ETag may be changed; absent: any may. */
  isExpected?(etag: string): boolean
}

/**
 * Changes a task, and tries again where others changed it meanwhile.
 * @param change returns null when the task was changed since it was read
 * @throws {ApiError} TASK_NOT_FOUND, STALE_TASK, TOO_MANY_REQUESTS
 */
export async function untilSaved(
  tasks: TaskStore,
  { project, task: id, isExpected = () => true }: TaskToChange,
  change: (stored: StoredTask) => Promise<Task | null>,
): Promise<Task> {
  for (let attempt = 0; attempt < MOST_TRIES; attempt += 1) {
    const stored = await tasks.read(project, id)
    if (!stored) throw new ApiError('TASK_NOT_FOUND', 'There is no such task.')
    if (!isExpected(etagOf(stored))) throw staleTask()
    const saved = await change(stored)
    if (saved) return saved
    await sleep(Math.random() * LONGEST_PAUSE_MS)
  }
  throw new ApiError('TOO_MANY_REQUESTS', 'Others keep changing this task; try again.', { retry_after: 1 })
}
