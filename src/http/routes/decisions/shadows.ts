import { endShadow, type SetShadowDeps, startShadow } from '../../../decisions/shadows/set-shadow.ts'
import { shadowBody } from '../../../decisions/shadows/shadow-input.ts'
import { shadowResponse } from '../../../decisions/shadows/shadow-response.ts'
import { type ShowShadowDeps, showShadow } from '../../../decisions/shadows/show-shadow.ts'
import { ApiError } from '../../../platform/errors.ts'
import { ifMatchOfTask, taskToChange } from '../../headers/if-match.ts'
import { type Endpoint, endpoint, noQuery, PROJECT, taskParams } from '../../route.ts'

export type ShadowRouteDeps = SetShadowDeps & ShowShadowDeps

/** Shadows: a revision runs beside the one that callers get, and none of them notices. */
export function shadowRoutes(deps: ShadowRouteDeps): Endpoint[] {
  const path = `${PROJECT}/task/:task_id/shadow`
  const common = {
    tag: 'Tasks',
    path,
    params: taskParams,
    query: noQuery,
    response: shadowResponse,
  } as const
  return [
    endpoint({
      ...common,
      method: 'post',
      operation: 'startShadow',
      summary: 'Let a revision run beside the one that callers get, with the same inputs',
      scope: 'task:write',
      headers: ifMatchOfTask,
      body: shadowBody,
      errorCodes: [
        'TASK_NOT_FOUND',
        'STALE_TASK',
        'INPUT_PROCESSORS_UNAVAILABLE',
        'TASK_STORAGE_FULL',
        'TOO_MANY_REQUESTS',
      ],
      async handle({ caller, params, body, request }) {
        return showShadow(deps, await startShadow(deps, taskToChange(params, request), body, caller.id))
      },
    }),
    endpoint({
      ...common,
      method: 'get',
      operation: 'getShadow',
      summary: 'Read which revision runs beside the one that callers get, and how far it came',
      scope: 'task:read',
      errorCodes: ['TASK_NOT_FOUND', 'SHADOW_NOT_FOUND'],
      async handle({ params }) {
        const stored = await deps.tasks.read(params.project_id, params.task_id)
        if (!stored) throw new ApiError('TASK_NOT_FOUND', 'There is no such task.')
        return showShadow(deps, stored.task)
      },
    }),
    endpoint({
      ...common,
      method: 'delete',
      operation: 'endShadow',
      summary: 'End the shadow of a task: what it added to comparisons stays',
      scope: 'task:write',
      headers: ifMatchOfTask,
      errorCodes: ['TASK_NOT_FOUND', 'STALE_TASK', 'SHADOW_NOT_FOUND', 'TOO_MANY_REQUESTS'],
      async handle({ params, request }) {
        return showShadow(deps, await endShadow(deps, taskToChange(params, request)))
      },
    }),
  ]
}
