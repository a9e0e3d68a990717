import { ApiError } from '../../../platform/errors.ts'
import { type Feedback, NO_FEEDBACK } from '../../../runs/feedback/feedback.ts'
import { feedbackBody, feedbackResponse } from '../../../runs/feedback/feedback-response.ts'
import { type GiveFeedbackDeps, giveFeedback } from '../../../runs/feedback/give-feedback.ts'
import type { RunRecord } from '../../../runs/run.ts'
import type { RunStore } from '../../../runs/store/run-store.ts'
import { type Endpoint, endpoint, noQuery, PROJECT, runParams } from '../../route.ts'

export interface FeedbackRouteDeps extends GiveFeedbackDeps {
  readonly runs: RunStore
}

/**
 * The run that a path names.
 * @throws {ApiError} TASK_RUN_NOT_FOUND
 */
export async function findRun(
  runs: RunStore,
  params: { readonly project_id: string; readonly task_id: string; readonly run_id: string },
): Promise<RunRecord> {
  const record = await runs.get(params.run_id)
  const { project, task } = record?.request ?? {}
  if (record && project === params.project_id && task === params.task_id) return record
  throw new ApiError('TASK_RUN_NOT_FOUND', 'There is no such run.')
}

/** What people and programs say of runs that have ended. */
export function feedbackRoutes(deps: FeedbackRouteDeps): Endpoint[] {
  const present = (run: string, { scores, comment }: Feedback) => ({ run_id: run, scores, comment })

  return [
    endpoint({
      method: 'post',
      path: `${PROJECT}/task/:task_id/run/:run_id/feedback`,
      tag: 'Runs',
      operation: 'giveFeedback',
      summary: 'Say how good a run was, by the scores that its task declares',
      scope: 'run:write',
      params: runParams,
      query: noQuery,
      body: feedbackBody,
      response: feedbackResponse,
      errorCodes: ['TASK_RUN_NOT_FOUND', 'RUN_NOT_DONE', 'TOO_MANY_REQUESTS'],
      async handle({ caller, params, body }) {
        const record = await findRun(deps.runs, params)
        return present(
          params.run_id,
          await giveFeedback(deps, record, { ...body, scores: body.scores ?? {} }, caller.id),
        )
      },
    }),
    endpoint({
      method: 'get',
      path: `${PROJECT}/task/:task_id/run/:run_id/feedback`,
      tag: 'Runs',
      operation: 'getFeedback',
      summary: 'Read the feedback on a run',
      scope: 'run:read',
      params: runParams,
      query: noQuery,
      response: feedbackResponse,
      errorCodes: ['TASK_RUN_NOT_FOUND'],
      async handle({ params }) {
        await findRun(deps.runs, params)
        const text = await deps.feedback.read(params.run_id)
        return present(params.run_id, text ? (JSON.parse(text) as Feedback) : NO_FEEDBACK)
      },
    }),
  ]
}
