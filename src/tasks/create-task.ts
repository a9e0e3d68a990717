import { sharedIsoTime } from '../platform/clock.ts'
import { ApiError } from '../platform/errors.ts'
import { newId } from '../platform/ids.ts'
import { buildRevision, type CheckRevisionDeps } from './build-revision.ts'
import { checkTask } from './check-task.ts'
import { changeTraffic, type TrafficChange } from './split/split.ts'
import type { Revision, Task, WholeTask } from './task.ts'
import type { CreateTaskInput } from './task-input.ts'
import type { TaskStore } from './task-store.ts'

/**
 * Creates a task with its first revision, which takes all the traffic.
 * @throws {ValidationError} see buildRevision and checkTask
 * @throws {ApiError} DUPLICATE_TASK_NAME, DUPLICATE_TASK_ALIAS, TOO_MANY_TASKS, TASK_STORAGE_FULL, TOO_MANY_REQUESTS
 */
export async function createTask(
  deps: CheckRevisionDeps & { tasks: TaskStore },
  owner: TaskOwner,
  input: CreateTaskInput,
): Promise<WholeTask> {
  const { task, revision, change } = newTask(deps, owner, input)
  const outcome = await deps.tasks.save(task, 0, revision, change)
  if (outcome === 'name') throw duplicateName(task.name)
  if (outcome === 'alias') throw duplicateAlias(task.alias)
  if (outcome !== 'saved') throw new Error(`a new task was not saved: ${outcome}`)
  return { task, version: 1, revisions: [revision], tags: new Map() }
}

/** Who gets a task, and who makes it. */
export interface TaskOwner {
  readonly org: string
  readonly project: string
  readonly by: string
}

/**
 * What is saved of a new task.
 * @throws {ValidationError} see buildRevision and checkTask
 */
export function newTask(
  deps: CheckRevisionDeps,
  owner: TaskOwner,
  input: CreateTaskInput,
): { task: Task; revision: Revision; change: TrafficChange | null } {
  const now = sharedIsoTime()
  const id = newId()
  const revision = buildRevision({ id, output_modality: input.output_modality }, [], input, deps)
  if (!revision) throw new Error('a first revision always differs')
  const { traffic, change } = changeTraffic(
    null,
    [{ task_revision_id: revision.id, weight: 1 }],
    { by: owner.by, reason: 'created' },
    now,
  )
  const task: Task = {
    id,
    org_id: owner.org,
    project_id: owner.project,
    name: input.name,
    alias: input.alias ?? null,
    description: input.description ?? '',
    enabled: input.enabled,
    output_modality: input.output_modality,
    public: input.public ?? false,
    exposed_to_agents: input.exposed_to_agents ?? false,
    task_run_visibility: input.task_run_visibility ?? 'owner_only',
    timeout: input.timeout ?? null,
    queue_timeout: input.queue_timeout ?? null,
    on_lost_attempt: input.on_lost_attempt ?? 'retry',
    on_truncated: input.on_truncated ?? 'fail',
    output_retries: input.output_retries ?? 1,
    cache: input.cache ?? 0,
    scores: input.scores ?? {},
    created: now,
    modified: now,
    ...traffic,
    rollout: null,
    shadow: null,
  }
  checkTask(task)
  return { task, revision, change }
}

/** The error for a name that another task of the project has. */
export function duplicateName(name: string): ApiError {
  return new ApiError('DUPLICATE_TASK_NAME', `The project has a task named "${name}" already.`)
}

/** The error for an alias that another task of the project has. */
export function duplicateAlias(alias: string | null): ApiError {
  return new ApiError('DUPLICATE_TASK_ALIAS', `The project has a task with the alias "${alias}" already.`)
}
