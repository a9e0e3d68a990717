import { z } from 'zod'
import { ApiError } from '../../platform/errors.ts'
import { cancelRun } from '../../runs/end/cancel-run.ts'
import { expireRun } from '../../runs/end/expire-run.ts'
import { isFinal, type RunRecord } from '../../runs/run.ts'
import { watchRun } from '../../runs/wait/watch-run.ts'
import { aliasOfId, shownAlias } from '../../tasks/naming/task-alias.ts'
import type { Caller } from '../../tenancy/caller.ts'
import { ofRun } from '../headers/run-headers.ts'
import { type Endpoint, endpoint, noParams, noQuery } from '../route.ts'
import { CANCEL_WAIT_MS } from '../routes/runs.ts'
import { setRunHeaders } from '../send-run.ts'
import { runOf } from './objects/door-ids.ts'
import { type OpenAiResponse, presentResponse } from './objects/present-response.ts'
import { openAiResponse } from './objects/response-object.ts'
import { failureOf, outcomeOf } from './objects/run-outcome.ts'
import { sendOpenAiError } from './openai-error.ts'
import { readResponseRequest, responseBody } from './read/read-response-request.ts'
import { DOOR_REFUSALS, type DoorDeps, doorHeaders, startDoorRun, streamUnserved } from './start-door-run.ts'

const responseParams = z.object({
  response: z
    .string()
    .max(100)
    .meta({
      description: '`resp_` and the digits of a run’s id, or the run’s id.',
      examples: ['resp_019a5f0e6a217d668a1f6c1e2b3d4f5a'],
    }),
})

/** Tasks as stored prompts: start, read and cancel their runs. */
export function responseRoutes(deps: DoorDeps): Endpoint[] {
  async function find(caller: Caller, id: string): Promise<RunRecord> {
    const run = runOf(id)
    const record = run === null ? null : await deps.runs.get(run)
    const { project, task } = record?.request ?? {}
    if (!record || project !== caller.projectId || (caller.taskId !== null && task !== caller.taskId)) {
      throw new ApiError('TASK_RUN_NOT_FOUND', 'There is no such response.', { param: 'response_id' })
    }
    return expireRun(deps, record)
  }

  async function present(record: RunRecord): Promise<OpenAiResponse> {
    const { project, task: id } = record.request
    const task = await deps.tasks.recent(project, id)
    // A run outlives its task.
    if (!task) return presentResponse(record, { alias: aliasOfId(id), isJson: false })
    return presentResponse(record, { alias: shownAlias(task), isJson: task.output_modality === 'json' })
  }

  return [
    endpoint({
      method: 'post',
      path: '/v1/responses',
      door: 'openai',
      tag: 'OpenAI',
      operation: 'createResponse',
      summary: 'Run a task as a stored prompt; `background` does not wait',
      exactMember: 'prompt',
      filesInJson: true,
      responseHeaders: doorHeaders,
      response: openAiResponse,
      errorCodes: DOOR_REFUSALS,
      scope: 'run:write',
      params: noParams,
      query: noQuery,
      body: responseBody,
      async handle(context) {
        const { body, caller, response } = context
        if (body.stream) throw streamUnserved()
        const asked = await readResponseRequest(deps, caller, body)
        const { record } = await startDoorRun(deps, context, asked, body.background ? 0 : deps.waitMax * 1000)
        const failed = isFinal(record.status) && !outcomeOf(record)
        // What was asked for in the background is shown as it is, whatever became of it: so is a replayed run.
        if (!failed || body.background) return present(record)
        sendOpenAiError(response, failureOf(record))
        return undefined
      },
    }),
    endpoint({
      method: 'get',
      path: '/v1/responses/:response',
      door: 'openai',
      tag: 'OpenAI',
      operation: 'retrieveResponse',
      summary: 'Read a run as a response',
      responseHeaders: ofRun,
      response: openAiResponse,
      errorCodes: ['TASK_RUN_NOT_FOUND'],
      scope: 'run:read',
      params: responseParams,
      query: z.object({ stream: z.stringbool().default(false).meta({ description: 'Not served yet.' }) }),
      async handle({ caller, params, query, response }) {
        if (query.stream) throw streamUnserved('query')
        const record = await find(caller, params.response)
        setRunHeaders(response, record)
        return present(record)
      },
    }),
    endpoint({
      method: 'post',
      path: '/v1/responses/:response/cancel',
      door: 'openai',
      tag: 'OpenAI',
      operation: 'cancelResponse',
      summary: 'Cancel a run; one that has ended stays as it is',
      responseHeaders: ofRun,
      response: openAiResponse,
      errorCodes: ['TASK_RUN_NOT_FOUND'],
      scope: 'run:write',
      params: responseParams,
      query: noQuery,
      async handle({ caller, params, clientClosed, response }) {
        let record = await cancelRun(deps, await find(caller, params.response))
        // A worker that has it needs a moment to break off its call.
        if (!isFinal(record.status)) record = await watchRun(deps, record, CANCEL_WAIT_MS, clientClosed)
        setRunHeaders(response, record)
        return present(record)
      },
    }),
  ]
}
