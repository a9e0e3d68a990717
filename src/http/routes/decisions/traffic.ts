import { z } from 'zod'
import { ApiError } from '../../../platform/errors.ts'
import { restoreTraffic } from '../../../tasks/split/restore-traffic.ts'
import { trafficChangeResponse } from '../../../tasks/split/traffic-response.ts'
import { etagOf, presentTask } from '../../../tasks/task.ts'
import { taskResponse } from '../../../tasks/task-response.ts'
import { etag, etagOfShown, ifMatch, readIfMatch } from '../../headers/if-match.ts'
import { type Endpoint, endpoint, PROJECT, pageQuery, taskParams } from '../../route.ts'
import { createShowAccessToken } from '../../show-access-token.ts'
import type { TaskRouteDeps } from '../tasks.ts'
import { supersede } from './rollouts.ts'

const seq = z.coerce
  .number()
  .int()
  .min(1)
  .max(Number.MAX_SAFE_INTEGER - 1)
export const historyQuery = z.object({
  before: seq.optional().meta({ description: 'Only changes with a lower number; none for the newest.' }),
  page_limit: pageQuery.shape.page_limit,
})
export const historyPage = z.object({
  results: z.array(trafficChangeResponse),
  next_before: z.int().nullable().meta({ description: '`before` of the next page; null on the last one.' }),
})

/** The history of a task's weights, and the way back. */
export function trafficRoutes(deps: TaskRouteDeps): Endpoint[] {
  const showAccessToken = createShowAccessToken(deps.taskTokens)
  return [
    endpoint({
      method: 'get',
      path: `${PROJECT}/task/:task_id/traffic_history`,
      tag: 'Tasks',
      operation: 'listTrafficChanges',
      summary: 'List the changes of a task’s weights, newest first',
      scope: 'task:read',
      params: taskParams,
      query: historyQuery,
      response: historyPage,
      errorCodes: [],
      async handle({ params: { project_id, task_id }, query: { before = null, page_limit } }) {
        const found = await deps.tasks.trafficHistory(project_id, task_id, before, page_limit + 1)
        // After it, so that runs of this process have weights no older than those that are shown.
        if (!(await deps.tasks.read(project_id, task_id))) throw noTask()
        const results = found.slice(0, page_limit).map(({ before: was, after, ...change }) => ({
          ...change,
          before: [...was],
          after: [...after],
        }))
        const next_before = found.length > page_limit ? (results.at(-1)?.seq ?? null) : null
        return { results, next_before }
      },
    }),
    endpoint({
      method: 'post',
      path: `${PROJECT}/task/:task_id/traffic_history/:seq/restore`,
      tag: 'Tasks',
      operation: 'restoreTraffic',
      summary: 'Give a task the weights again that it had after a change',
      headers: ifMatch,
      responseHeaders: etag,
      scope: 'task:write',
      params: taskParams.extend({ seq: seq.meta({ description: 'Number of the change.' }) }),
      query: z.object({ supersede }),
      response: taskResponse,
      errorCodes: [
        'TRAFFIC_CHANGE_NOT_FOUND',
        'STALE_TASK',
        'ROLLOUT_RUNNING',
        'TASK_STORAGE_FULL',
        'TOO_MANY_REQUESTS',
      ],
      async handle({ caller, params, query, request, response }) {
        const owner = { project: params.project_id, task: params.task_id, by: caller.id }
        const restored = await restoreTraffic(deps, owner, params.seq, {
          isExpected: readIfMatch(request.get('if-match')),
          supersede: query.supersede,
        })
        const task = await showAccessToken(caller, params.org_id, presentTask(restored))
        response.setHeader('ETag', etagOfShown(etagOf(restored), task))
        return task
      },
    }),
  ]
}

const noTask = () => new ApiError('TASK_NOT_FOUND', 'There is no such task.')
