import { z } from 'zod'
import type { GatherEvidenceDeps } from '../../../decisions/rollouts/gather-evidence.ts'
import { rolloutBody } from '../../../decisions/rollouts/rollout-input.ts'
import { rolloutResponse } from '../../../decisions/rollouts/rollout-response.ts'
import { showRollout } from '../../../decisions/rollouts/show-rollout.ts'
import { type StartRolloutDeps, startRollout } from '../../../decisions/rollouts/start-rollout.ts'
import { STEERINGS, steerRollout } from '../../../decisions/rollouts/steer-rollout.ts'
import { ApiError } from '../../../platform/errors.ts'
import { ifMatchOfTask, taskToChange } from '../../headers/if-match.ts'
import { type Endpoint, endpoint, noQuery, PROJECT, taskParams } from '../../route.ts'

export type RolloutRouteDeps = StartRolloutDeps & GatherEvidenceDeps

/** Whether a change of weights ends a rollout that is open, or is refused. */
export const supersede = z.stringbool().default(false).meta({
  description:
    'Ends the rollout that decides about the weights; without it, a change of them is refused with 409.',
})

const SUMMARIES = {
  pause: 'Pause a rollout where it is',
  resume: 'Let a paused rollout go on',
  rollback: 'Give back the weights of before a rollout',
  complete: 'Give all of a rollout’s traffic to the new revision',
} as const

/** Rollouts: a new revision gets its traffic in steps that it has to earn. */
export function rolloutRoutes(deps: RolloutRouteDeps): Endpoint[] {
  const path = `${PROJECT}/task/:task_id/rollout`
  const common = { tag: 'Tasks', params: taskParams, response: rolloutResponse } as const

  const steering = STEERINGS.map((action) =>
    endpoint({
      ...common,
      method: 'post',
      path: `${path}/${action}`,
      operation: `${action}Rollout`,
      summary: SUMMARIES[action],
      scope: 'task:write',
      headers: ifMatchOfTask,
      query: noQuery,
      errorCodes: [
        'TASK_NOT_FOUND',
        'STALE_TASK',
        'ROLLOUT_NOT_FOUND',
        'ROLLOUT_NOT_RUNNING',
        'TOO_MANY_REQUESTS',
      ],
      async handle({ caller, params, request }) {
        return showRollout(deps, await steerRollout(deps, taskToChange(params, request), action, caller.id))
      },
    }),
  )
  return [
    endpoint({
      ...common,
      method: 'post',
      path,
      operation: 'startRollout',
      summary: 'Roll a revision out, in steps that evidence allows, and back where it does harm',
      scope: 'task:write',
      headers: ifMatchOfTask,
      query: z.object({ supersede }),
      body: rolloutBody,
      errorCodes: [
        'TASK_NOT_FOUND',
        'STALE_TASK',
        'ROLLOUT_RUNNING',
        'TASK_STORAGE_FULL',
        'TOO_MANY_REQUESTS',
      ],
      async handle({ caller, params, query, body, request }) {
        const who = { by: caller.id, supersede: query.supersede }
        return showRollout(deps, await startRollout(deps, taskToChange(params, request), body, who))
      },
    }),
    endpoint({
      ...common,
      method: 'get',
      path,
      operation: 'getRollout',
      summary: 'Read the present or the last rollout, and what it waits for',
      scope: 'task:read',
      query: noQuery,
      errorCodes: ['TASK_NOT_FOUND', 'ROLLOUT_NOT_FOUND'],
      async handle({ params }) {
        const stored = await deps.tasks.read(params.project_id, params.task_id)
        if (!stored) throw new ApiError('TASK_NOT_FOUND', 'There is no such task.')
        return showRollout(deps, stored.task)
      },
    }),
    ...steering,
  ]
}
