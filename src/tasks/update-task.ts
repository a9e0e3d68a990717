import { setTimeout as sleep } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import { sharedIsoTime } from '../platform/clock.ts'
import { ApiError, ValidationError } from '../platform/errors.ts'
import { buildRevision, type CheckRevisionDeps } from './build-revision.ts'
import { checkTask } from './check-task.ts'
import { duplicateAlias, duplicateName } from './create-task.ts'
import { withOwnAlias } from './naming/task-alias.ts'
import { type ReadTaskDeps, readTask } from './read-task.ts'
import { routeTraffic } from './route-traffic.ts'
import { changesGuard, isOpen } from './split/rollout.ts'
import { changeTraffic, type TrafficCause, type TrafficChange } from './split/split.ts'
import { etagOf, type Revision, type Task, type WholeTask } from './task.ts'
import type { TaskLimits } from './task-fields.ts'
import type { UpdateTaskInput } from './task-input.ts'

/** When another update was faster, this one is applied again to the new state: at most so often, after a random pause. */
const MOST_TRIES = 60
const FIRST_PAUSE_MS = 5
const LONGEST_PAUSE_MS = 250

export interface UpdateTaskDeps extends ReadTaskDeps, CheckRevisionDeps {
  readonly limits: Pick<TaskLimits, 'weightsMax' | 'parametersMax'>
}

/** A task after an update. `made`: id of the revision that the update created; null when it created none. */
export type UpdatedTask = WholeTask & { readonly made: string | null }

/**
 * Changes a task. When a revision field differs, a new revision is created (see buildRevision); it gets traffic only if
 * the update says so (see routeTraffic). Everything is saved in one step, or nothing is. When nothing differs, nothing
 * is saved, and the task keeps its ETag.
 * @param cause why the weights change, if they do
 * @param isExpected true when the caller wants to change the task with this ETag
 * @throws {ApiError} TASK_NOT_FOUND, STALE_TASK, DUPLICATE_TASK_NAME, DUPLICATE_TASK_ALIAS, TOO_MANY_REVISIONS,
 *   TASK_STORAGE_FULL, ROLLOUT_RUNNING, TOO_MANY_REQUESTS
 * @throws {ValidationError} see buildRevision, checkTask and routeTraffic; also for another id, project or output_modality
 */
export async function updateTask(
  deps: UpdateTaskDeps,
  owner: { project: string; task: string; by: string },
  input: UpdateTaskInput,
  isExpected: (etag: string) => boolean = () => true,
  cause: UpdateCause = { reason: 'updated' },
): Promise<UpdatedTask> {
  for (let attempt = 0; attempt < MOST_TRIES; attempt += 1) {
    const before = await readTask(deps, owner.project, owner.task)
    if (!before) throw new ApiError('TASK_NOT_FOUND', 'There is no such task.')
    if (!isExpected(etagOf(before))) throw staleTask()
    const changed = changedTask(deps, before, owner.by, input, cause)
    if (!changed) return { ...before, made: null }
    const { task, revision, change } = changed
    const outcome = await deps.tasks.save(task, before.version, revision, change)
    if (outcome === 'saved') {
      const revisions = revision ? [revision, ...before.revisions] : before.revisions
      return { ...before, task, version: before.version + 1, revisions, made: revision?.id ?? null }
    }
    if (outcome === 'name') throw duplicateName(task.name)
    if (outcome === 'alias') throw duplicateAlias(task.alias)
    if (outcome === 'revisions') {
      throw new ApiError('TOO_MANY_REVISIONS', 'The task has as many revisions as it may.')
    }
    await sleep(Math.random() * Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** attempt))
  }
  throw new ApiError('TOO_MANY_REQUESTS', 'Others keep changing this task; try again.', { retry_after: 1 })
}

/**
 * What is saved of a task that changes; null where nothing differs.
 * @throws {ApiError} ROLLOUT_RUNNING
 * @throws {ValidationError} see updateTask
 */
export function changedTask(
  deps: Omit<UpdateTaskDeps, keyof ReadTaskDeps>,
  before: WholeTask,
  by: string,
  input: UpdateTaskInput,
  { supersede = false, ...why }: UpdateCause = { reason: 'updated' },
): { task: Task; revision: Revision | null; change: TrafficChange | null } | null {
  checkFixed(before.task, input)
  const revision = buildRevision(before.task, before.revisions, input, deps)
  const active = routeTraffic(before.task, before.revisions, revision, input, deps.limits.weightsMax)
  const now = sharedIsoTime()
  const { traffic, change } = changeTraffic(before.task, active, { ...why, by }, now)
  const own = taskChanges(input)
  const rollout = rolloutAfter(before.task, change !== null, own.scores, supersede)
  const changed = withOwnAlias({ ...before.task, ...own, ...traffic, rollout })
  checkTask(changed)
  if (!revision && isDeepStrictEqual(changed, before.task)) return null
  return { task: { ...changed, modified: now }, revision, change }
}

/** Why weights change, and whether that may end a rollout which decides about them. */
export type UpdateCause = Omit<TrafficCause, 'by'> & { readonly supersede?: boolean }

/**
 * @param scores those of the update; undefined where it says nothing of them
 * @throws {ApiError} ROLLOUT_RUNNING
 */
function rolloutAfter(
  { rollout, scores: before }: Task,
  weightsChange: boolean,
  scores: Task['scores'] | undefined,
  supersede: boolean,
): Task['rollout'] {
  if (!isOpen(rollout)) return rollout
  const guardChanges = changesGuard(rollout, before, scores ?? before)
  if (!weightsChange && !guardChanges) return rollout
  if (supersede) return { ...rollout, status: 'superseded', why: 'superseded', metric: null }
  throw new ApiError(
    'ROLLOUT_RUNNING',
    weightsChange
      ? 'A rollout decides about the weights of this task.'
      : 'A rollout of this task is guarded by a score that would change.',
  )
}

/** The error for an If-Match that names another state of the task. */
export function staleTask(): ApiError {
  return new ApiError('STALE_TASK', 'The task has changed since it was read.')
}

/** Fields that never change may be sent, but only with their present values. */
function checkFixed(task: Task, input: UpdateTaskInput): void {
  for (const field of ['id', 'project_id', 'output_modality'] as const) {
    if (input[field] !== undefined && input[field] !== task[field]) {
      throw ValidationError.at(['body', field], `the task's is ${task[field]}, and never changes`)
    }
  }
}

const TASK_FIELDS = [
  'name',
  'alias',
  'description',
  'enabled',
  'public',
  'exposed_to_agents',
  'task_run_visibility',
  'timeout',
  'queue_timeout',
  'on_lost_attempt',
  'on_truncated',
  'output_retries',
  'cache',
  'scores',
] as const satisfies readonly (keyof Task)[]

/** The values that null stands for; for other fields, null is ignored. */
const NULLS = {
  alias: null,
  description: '',
  timeout: null,
  queue_timeout: null,
  cache: 0,
  scores: {},
} as const

/** The fields of the task itself that were sent. */
function taskChanges(input: UpdateTaskInput): Partial<Task> {
  const sent = TASK_FIELDS.filter((field) => input[field] !== undefined)
  const changes = sent.map((field) => [field, input[field] ?? NULLS[field as keyof typeof NULLS]])
  return Object.fromEntries(changes.filter(([, value]) => value !== undefined))
}
