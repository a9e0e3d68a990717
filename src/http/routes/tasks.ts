import type { Response } from 'express'
import { z } from 'zod'
import type { ModelRegistry } from '../../models/model-registry.ts'
import { ApiError } from '../../platform/errors.ts'
import { givenId } from '../../platform/id-schema.ts'
import type { ReuseStore } from '../../runs/reuse/reuse-store.ts'
import { createTask } from '../../tasks/create-task.ts'
import { listTasks } from '../../tasks/list-tasks.ts'
import { type ReadTaskDeps, readTask } from '../../tasks/read-task.ts'
import { etagOf, presentTask, type ShownRevisions, type WholeTask } from '../../tasks/task.ts'
import type { TaskLimits } from '../../tasks/task-fields.ts'
import { createTaskSchema, updateTaskSchema } from '../../tasks/task-input.ts'
import { taskResponse } from '../../tasks/task-response.ts'
import { staleTask, updateTask } from '../../tasks/update-task.ts'
import type { Caller } from '../../tenancy/caller.ts'
import type { TaskTokens } from '../../tenancy/task-token.ts'
import {
  answersNotModified,
  etag,
  etagOfShown,
  ifMatch,
  ifNoneMatch,
  readIfMatch,
} from '../headers/if-match.ts'
import { promptHeaders, setPromptHeaders } from '../headers/prompt-headers.ts'
import { type Endpoint, endpoint, PROJECT, pageOf, pageQuery, projectParams, taskParams } from '../route.ts'
import { createShowAccessToken } from '../show-access-token.ts'
import { supersede } from './decisions/rollouts.ts'

export const shownQuery = z.object({
  include_tests: z.stringbool().default(false).meta({ description: 'Also test revisions.' }),
  revisions: z.coerce.number().int().min(1).optional().meta({
    description: 'Most revisions to show of a task, newest first; all of them where it is absent.',
  }),
  include_active: z.stringbool().default(false).meta({
    description: 'Also the active revisions that `revisions` leaves out.',
  }),
})

const shownBy = ({
  include_tests,
  revisions,
  include_active,
}: z.output<typeof shownQuery>): ShownRevisions => ({
  includeTests: include_tests,
  most: revisions,
  includeActive: include_active,
})

export interface TaskRouteDeps extends ReadTaskDeps {
  readonly models: ModelRegistry
  readonly taskTokens: TaskTokens
  readonly limits: TaskLimits
  readonly reuse: Pick<ReuseStore, 'forgetTask'>
}

/** Tasks with their revisions. Test revisions are shown only where `include_tests` asks for them. */
export function taskRoutes(deps: TaskRouteDeps): Endpoint[] {
  const { tasks, limits } = deps
  const showAccessToken = createShowAccessToken(deps.taskTokens)
  const absent = () => new ApiError('TASK_NOT_FOUND', 'There is no such task.')

  const present = (caller: Caller, whole: WholeTask, shown: ShownRevisions) =>
    showAccessToken(caller, whole.task.org_id, presentTask(whole, shown))

  /** A task as it now is, with the ETag of that. */
  async function show(caller: Caller, response: Response, whole: WholeTask, shown: ShownRevisions) {
    const task = await present(caller, whole, shown)
    response.setHeader('ETag', etagOfShown(etagOf(whole), task))
    return task
  }

  return [
    endpoint({
      method: 'get',
      path: `${PROJECT}/task`,
      tag: 'Tasks',
      operation: 'listTasks',
      summary: 'List tasks, newest first',
      errorCodes: [],
      scope: 'task:read',
      params: projectParams,
      query: pageQuery.extend({
        ...shownQuery.shape,
        tag_id: givenId.optional().meta({ description: 'Only tasks that bear this tag.' }),
      }),
      response: pageOf(taskResponse),
      async handle({ caller, params: { project_id }, query }) {
        const { cursor = null, page_limit, tag_id = null } = query
        const asked = { tag: tag_id, cursor, limit: page_limit }
        const shown = shownBy(query)
        const { results, next } = await listTasks(deps, project_id, asked, (whole) =>
          present(caller, whole, shown),
        )
        return { results, pagination: { next_cursor: next, has_next: next !== null, page_limit } }
      },
    }),
    endpoint({
      method: 'post',
      path: `${PROJECT}/task`,
      tag: 'Tasks',
      operation: 'createTask',
      summary: 'Create a task with its first revision',
      responseHeaders: etag.extend(promptHeaders.shape),
      scope: 'task:write',
      params: projectParams,
      query: shownQuery,
      body: createTaskSchema(limits),
      response: taskResponse,
      errorCodes: [
        'DUPLICATE_TASK_NAME',
        'DUPLICATE_TASK_ALIAS',
        'TOO_MANY_TASKS',
        'TASK_STORAGE_FULL',
        'TOO_MANY_REQUESTS',
      ],
      async handle({ caller, params, query, body, response }) {
        const owner = { org: params.org_id, project: params.project_id, by: caller.id }
        const created = await createTask(deps, owner, body)
        setPromptHeaders(response, created.revisions[0])
        return show(caller, response, created, shownBy(query))
      },
    }),
    endpoint({
      method: 'get',
      path: `${PROJECT}/task/:task_id`,
      tag: 'Tasks',
      operation: 'getTask',
      headers: ifNoneMatch,
      summary: 'Read a task with its revisions',
      responseHeaders: etag,
      scope: 'task:read',
      params: taskParams,
      query: shownQuery.extend({
        revision_tag_id: givenId.optional().meta({ description: 'Only revisions that bear this tag.' }),
      }),
      response: taskResponse,
      errorCodes: [],
      async handle({ caller, params, query, request, response }) {
        const whole = await readTask(deps, params.project_id, params.task_id)
        if (!whole) throw absent()
        const task = await present(caller, whole, { ...shownBy(query), tag: query.revision_tag_id })
        return answersNotModified(request, response, etagOfShown(etagOf(whole), task)) ? undefined : task
      },
    }),
    endpoint({
      method: 'post',
      path: `${PROJECT}/task/:task_id`,
      tag: 'Tasks',
      operation: 'updateTask',
      headers: ifMatch,
      responseHeaders: etag.extend(promptHeaders.shape),
      summary: 'Change a task; changed revision fields make a new revision, inactive unless told otherwise',
      scope: 'task:write',
      params: taskParams,
      query: shownQuery.extend({ supersede }),
      body: updateTaskSchema(limits),
      response: taskResponse,
      errorCodes: [
        'STALE_TASK',
        'ROLLOUT_RUNNING',
        'DUPLICATE_TASK_NAME',
        'DUPLICATE_TASK_ALIAS',
        'TOO_MANY_REVISIONS',
        'TASK_STORAGE_FULL',
        'TOO_MANY_REQUESTS',
      ],
      async handle({ caller, params, query, body, request, response }) {
        const owner = { project: params.project_id, task: params.task_id, by: caller.id }
        const isExpected = readIfMatch(request.get('if-match'))
        const cause = { reason: 'updated', supersede: query.supersede } as const
        const updated = await updateTask(deps, owner, body, isExpected, cause)
        const made = updated.revisions.find(({ id }) => id === updated.made)
        setPromptHeaders(response, made)
        const shown = { ...shownBy(query), made: updated.made }
        return show(caller, response, updated, shown)
      },
    }),
    endpoint({
      method: 'post',
      path: `${PROJECT}/task/:task_id/access_token/rotate`,
      tag: 'Tasks',
      operation: 'rotateTaskToken',
      responseHeaders: etag,
      summary: 'Give a task another access token; the one before ends within a second',
      scope: 'task:write',
      params: taskParams,
      query: shownQuery,
      response: taskResponse,
      errorCodes: [],
      async handle({ params, query, response }) {
        const whole = await readTask(deps, params.project_id, params.task_id)
        if (!whole) throw absent()
        const access_token = await deps.taskTokens.rotate(whole.task)
        const task = { ...presentTask(whole, shownBy(query)), access_token }
        response.setHeader('ETag', etagOfShown(etagOf(whole), task))
        return task
      },
    }),
    endpoint({
      method: 'delete',
      path: `${PROJECT}/task/:task_id`,
      tag: 'Tasks',
      operation: 'deleteTask',
      headers: ifMatch,
      summary: 'Delete a task with its revisions; its runs stay until their retention ends',
      scope: 'task:write',
      params: taskParams,
      query: shownQuery,
      response: taskResponse,
      errorCodes: ['STALE_TASK'],
      async handle({ caller, params: { project_id, task_id }, query, request }) {
        const whole = await readTask(deps, project_id, task_id)
        if (!whole) throw absent()
        const condition = request.get('if-match')
        if (!readIfMatch(condition)(etagOf(whole))) throw staleTask()
        const outcome = await tasks.remove(project_id, task_id, condition ? whole.version : null)
        if (outcome === 'absent') throw absent()
        if (outcome === 'version') throw staleTask()
        await deps.reuse.forgetTask(project_id, task_id)
        return present(caller, whole, shownBy(query))
      },
    }),
  ]
}
