import { z } from 'zod'
import { modelAnswer, presentModel } from '../../models/model-answer.ts'
import type { ModelRegistry } from '../../models/model-registry.ts'
import { ApiError } from '../../platform/errors.ts'
import { createTask } from '../../tasks/create-task.ts'
import { presentTask } from '../../tasks/task.ts'
import { taskAnswer } from '../../tasks/task-answer.ts'
import { createTaskSchema, type TaskLimits, updateTaskSchema } from '../../tasks/task-input.ts'
import type { TaskStore } from '../../tasks/task-store.ts'
import { updateTask } from '../../tasks/update-task.ts'
import type { Caller } from '../../tenancy/caller.ts'
import type { TaskTokens } from '../../tenancy/task-token.ts'
import {
  type Endpoint,
  endpoint,
  noQuery,
  PROJECT,
  page,
  pageOf,
  pageQuery,
  projectParams,
  taskParams,
} from '../route.ts'
import { createShowAccessToken } from '../show-access-token.ts'

const flag = z.stringbool().default(false)

export interface TaskRouteDeps {
  readonly tasks: TaskStore
  readonly models: ModelRegistry
  readonly taskTokens: TaskTokens
  readonly limits: TaskLimits
}

/** Tasks, their revisions, and the models that they may name. */
export function taskRoutes(deps: TaskRouteDeps): Endpoint[] {
  const { tasks, models } = deps
  const showAccessToken = createShowAccessToken(deps.taskTokens)
  const absent = () => new ApiError('TASK_NOT_FOUND', 'There is no such task.')

  async function show(caller: Caller, project: string, id: string, includeTests = true) {
    const stored = await tasks.read(project, id)
    if (!stored) throw absent()
    const revisions = await tasks.revisions(project, id)
    const shown = presentTask(
      stored.task,
      revisions.filter((revision) => includeTests || !revision.test),
    )
    return showAccessToken(caller, stored.task.org_id, shown)
  }

  return [
    endpoint({
      method: 'get',
      path: `${PROJECT}/model`,
      tag: 'Models',
      operation: 'listModels',
      summary: 'List the models that tasks may name',
      answer: z.array(modelAnswer),
      reasons: [],
      scope: 'task:read',
      params: projectParams,
      query: z.object({
        include_retired: flag.meta({ description: 'Also those that new revisions may not name.' }),
      }),
      handle: async ({ query }) => models.list({ includeRetired: query.include_retired }).map(presentModel),
    }),
    endpoint({
      method: 'get',
      path: `${PROJECT}/task`,
      tag: 'Tasks',
      operation: 'listTasks',
      summary: 'List tasks, newest first',
      answer: pageOf(taskAnswer),
      reasons: [],
      scope: 'task:read',
      params: projectParams,
      query: pageQuery,
      async handle({ caller, params, query }) {
        const ids = await tasks.ids(params.project_id, query.cursor ?? null, query.page_limit + 1)
        // The page is cut from the ids, so that a deleted task does not make it look like the last one.
        const { results, pagination } = page(
          ids.map((id) => ({ id })),
          query.page_limit,
        )
        const shown = await Promise.all(
          results.map(({ id }) =>
            // One that was deleted since the list was read is simply not in it.
            show(caller, params.project_id, id).catch((error: unknown) => {
              if (error instanceof ApiError && error.reason === 'TASK_NOT_FOUND') return null
              throw error
            }),
          ),
        )
        return { results: shown.filter((task) => task !== null), pagination }
      },
    }),
    endpoint({
      method: 'post',
      path: `${PROJECT}/task`,
      tag: 'Tasks',
      operation: 'createTask',
      summary: 'Create a task with its first revision',
      answer: taskAnswer,
      reasons: ['DUPLICATE_TASK_NAME'],
      scope: 'task:write',
      params: projectParams,
      query: noQuery,
      body: createTaskSchema(deps.limits),
      async handle({ caller, params, body }) {
        const owner = { org: params.org_id, project: params.project_id }
        const { task, revisions } = await createTask(deps, owner, body)
        return showAccessToken(caller, params.org_id, presentTask(task, revisions))
      },
    }),
    endpoint({
      method: 'get',
      path: `${PROJECT}/task/:task_id`,
      tag: 'Tasks',
      operation: 'getTask',
      summary: 'Read a task with its revisions',
      answer: taskAnswer,
      reasons: [],
      scope: 'task:read',
      params: taskParams,
      query: z.object({ include_tests: flag.meta({ description: 'Also test revisions.' }) }),
      handle: ({ caller, params, query }) =>
        show(caller, params.project_id, params.task_id, query.include_tests),
    }),
    endpoint({
      method: 'post',
      path: `${PROJECT}/task/:task_id`,
      tag: 'Tasks',
      operation: 'updateTask',
      summary: 'Change a task; changed revision fields make a new, inactive revision',
      answer: taskAnswer,
      reasons: ['DUPLICATE_TASK_NAME', 'TOO_MANY_REVISIONS', 'TOO_MANY_REQUESTS'],
      scope: 'task:write',
      params: taskParams,
      query: noQuery,
      body: updateTaskSchema(deps.limits),
      async handle({ caller, params, body }) {
        const owner = { project: params.project_id, task: params.task_id }
        const { task, revisions } = await updateTask(deps, owner, body)
        return showAccessToken(caller, params.org_id, presentTask(task, revisions))
      },
    }),
    endpoint({
      method: 'post',
      path: `${PROJECT}/task/:task_id/access_token/rotate`,
      tag: 'Tasks',
      operation: 'rotateTaskToken',
      summary: 'Give a task another access token; the one before ends within a second',
      answer: taskAnswer,
      reasons: [],
      scope: 'task:write',
      params: taskParams,
      query: noQuery,
      async handle({ params }) {
        const { project_id: project, task_id: id } = params
        const stored = await tasks.read(project, id)
        if (!stored) throw absent()
        const access_token = await deps.taskTokens.rotate(stored.task)
        return { ...presentTask(stored.task, await tasks.revisions(project, id)), access_token }
      },
    }),
    endpoint({
      method: 'delete',
      path: `${PROJECT}/task/:task_id`,
      tag: 'Tasks',
      operation: 'deleteTask',
      summary: 'Delete a task with its revisions; its runs stay until their retention ends',
      answer: taskAnswer,
      reasons: [],
      scope: 'task:write',
      params: taskParams,
      query: noQuery,
      async handle({ caller, params }) {
        const shown = await show(caller, params.project_id, params.task_id)
        if (!(await tasks.remove(params.project_id, params.task_id))) throw absent()
        return shown
      },
    }),
  ]
}
