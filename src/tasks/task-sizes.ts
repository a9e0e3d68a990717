import { ApiError } from '../platform/errors.ts'
import type { Redis } from '../platform/redis/redis.ts'
import { taskKeys, taskScript } from './task-layout.ts'

const countTask = taskScript('count-task')

/** So often others may have had all counted anew meanwhile. */
const MOST_TRIES = 10
/** How many tasks are looked up, and how many counted, at a time. */
const BATCH = 500
const COUNTED_AT_ONCE = 5

/** What the tasks of one project may come to. */
export interface TaskBounds {
  readonly tasksMax: number
  /** As they are counted: see `taskSizes` in task-layout.ts. */
  readonly tasksBytesMax: number
}

/**
 * Runs a script that needs the sizes of all tasks of a project, and counts them where it replies that they are unknown:
 * a task in a step, so that Redis serves others meanwhile.
 * @throws {ApiError} TOO_MANY_REQUESTS
 */
export async function whenCounted(
  redis: Redis,
  project: string,
  write: () => Promise<unknown>,
): Promise<unknown> {
  for (let tries = 0; tries < MOST_TRIES; tries += 1) {
    const reply = await write()
    if (reply !== 'uncounted') return reply
    await countTasks(redis, project)
  }
  throw new ApiError('TOO_MANY_REQUESTS', 'Others keep changing this project; try again.', { retry_after: 1 })
}

async function countTasks(redis: Redis, project: string): Promise<void> {
  const { prefix, tasks, taskSizes } = taskKeys(project)
  const ids = await redis.zrange(tasks, '0', '-1')
  for (let at = 0; at < ids.length; at += BATCH) {
    const some = ids.slice(at, at + BATCH)
    const sizes = await redis.hmget(taskSizes, ...some)
    const unknown = some.filter((_, index) => sizes[index] === null)
    for (let from = 0; from < unknown.length; from += COUNTED_AT_ONCE) {
      const next = unknown.slice(from, from + COUNTED_AT_ONCE)
      await Promise.all(next.map((task) => countTask(redis, [prefix], [task])))
    }
  }
}

/** Whether more fits is said by the scripts. @throws {ApiError} TOO_MANY_TASKS, TASK_STORAGE_FULL */
export function refuseFull(reply: unknown, { tasksMax, tasksBytesMax }: TaskBounds): void {
  if (reply === 'tasks') {
    throw new ApiError('TOO_MANY_TASKS', `A project may have ${tasksMax} tasks: delete some.`)
  }
  if (reply !== 'bytes') return
  const message = `The tasks of a project may take ${tasksBytesMax} bytes, revisions, weights and tags included: delete some.`
  throw new ApiError('TASK_STORAGE_FULL', message)
}
