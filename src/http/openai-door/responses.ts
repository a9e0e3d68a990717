import { z } from 'zod'
import { ApiError } from '../../platform/errors.ts'
import { cancelRun } from '../../runs/end/cancel-run.ts'
import { expireRun } from '../../runs/end/expire-run.ts'
import { isFinal, type RunRecord } from '../../runs/run.ts'
import { watchRun } from '../../runs/wait/watch-run.ts'
import { aliasOfId, shownAlias } from '../../tasks/naming/task-alias.ts'
import type { Task } from '../../tasks/task.ts'
import type { Caller } from '../../tenancy/caller.ts'
import { nameIgnored } from '../headers/ignored-fields.ts'
import { ofRun } from '../headers/run-headers.ts'
import { type Endpoint, endpoint, noParams, noQuery } from '../route.ts'
import { CANCEL_WAIT_MS } from '../routes/runs.ts'
import { failureOf, setRunHeaders } from '../send-run.ts'
import { waitOf } from './caller-patience.ts'
import { runOf } from './objects/door-ids.ts'
import { type OpenAiResponse, presentResponse } from './objects/present-response.ts'
import { openAiResponse } from './objects/response-object.ts'
import { outcomeOf } from './objects/run-outcome.ts'
import { sendOpenAiError } from './openai-error.ts'
import { readResponseRequest, responseBody } from './read/read-response-request.ts'
import {
  DOOR_REFUSALS,
  type DoorDeps,
  doorHeaders,
  doorRequestHeaders,
  startDoorRun,
} from './start-door-run.ts'
import { responseEvents } from './stream/response-events.ts'
import { sendDoorStream, sendStartedStream } from './stream/send-door-stream.ts'
import { FAILED } from './stream/sequence.ts'

const responseParams = z.object({
  response: z
    .string()
    .max(100)
    .meta({
      description: '`resp_` and the digits of a run’s id, or the run’s id.',
      examples: ['resp_019a5f0e6a217d668a1f6c1e2b3d4f5a'],
    }),
})

/** What else SDKs ask of a response that they read: a list goes as `include[]`. */
const UNSERVED_QUERY = ['include', 'include[]', 'include_obfuscation'] as const

type Presenter = (record: RunRecord) => OpenAiResponse

const presenterAs =
  (shown: Parameters<typeof presentResponse>[1]): Presenter =>
  (record) =>
    presentResponse(record, shown)

const presenterFor = (task: Task): Presenter =>
  presenterAs({ alias: shownAlias(task), isJson: task.output_modality === 'json' })

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

  /** What presents a run, at every time of it. */
  async function presenterOf({ request }: RunRecord): Promise<Presenter> {
    const { project, task: id } = request
    const task = await deps.tasks.recent(project, id)
    // A run outlives its task.
    return task ? presenterFor(task) : presenterAs({ alias: aliasOfId(id), isJson: false })
  }
  const present = async (record: RunRecord) => (await presenterOf(record))(record)

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
      headers: doorRequestHeaders,
      responseHeaders: doorHeaders,
      response: openAiResponse,
      media: ['text/event-stream'],
      errorCodes: [...DOOR_REFUSALS, 'ANSWER_REPLACED', 'RUN_UNFINISHED'],
      scope: 'run:write',
      params: noParams,
      query: noQuery,
      body: responseBody,
      async handle(context) {
        const { body, caller, request, response } = context
        const asked = await readResponseRequest(deps, caller, body)
        const background = body.background ?? false
        // Known beforehand: what has become of a run that is paid is shown, whether or not the store can be reached then.
        const present = presenterFor(asked.addressed.task)
        if (body.stream) {
          await sendStartedStream(deps, context, asked, {
            ...{ background, headWaitMs: 0 },
            events: (record, answers) => responseEvents(record, answers, present, null),
          })
          return undefined
        }
        const ms = background ? 0 : waitOf(request, deps.waitMax * 1000)
        const wait = { ms, background, live: false }
        const { record } = await startDoorRun(deps, context, asked, wait)
        const failed = isFinal(record.status) && !outcomeOf(record)
        // What was asked for in the background is shown as it is, whatever became of it: so is a replayed run.
        if (!failed || background) return present(record)
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
      summary: 'Read a run as a response, or as the events of one',
      responseHeaders: ofRun,
      response: openAiResponse,
      media: ['text/event-stream'],
      errorCodes: ['TASK_RUN_NOT_FOUND', 'TOO_MANY_REQUESTS', 'ANSWER_REPLACED', 'RUN_UNFINISHED'],
      scope: 'run:read',
      params: responseParams,
      query: z.object({
        stream: z.stringbool().default(false).meta({
          description: 'True: the events of the response from its beginning, whether or not it has ended.',
        }),
        starting_after: z.coerce.number().int().min(0).max(FAILED).optional().meta({
          description: '`sequence_number` of the last event that was seen: the stream goes on behind it.',
        }),
        ...Object.fromEntries(
          UNSERVED_QUERY.map((name) => [name, z.unknown().optional().meta({ description: 'Not acted on.' })]),
        ),
      }),
      async handle(context) {
        const { caller, params, query, response } = context
        const record = await find(caller, params.response)
        setRunHeaders(response, record)
        const after = query.starting_after ?? null
        const unserved = UNSERVED_QUERY.filter((name) => Object.hasOwn(query, name))
        nameIgnored(response, query.stream || after === null ? unserved : ['starting_after', ...unserved])
        if (query.stream) {
          const { project, task: id } = record.request
          const task = await deps.tasks.recent(project, id)
          await sendDoorStream(deps, context, project, {
            begin: async () => record,
            isHeld: task?.output_modality !== 'text',
            events: async (begun, answers) => responseEvents(begun, answers, await presenterOf(begun), after),
            headWaitMs: 0,
          })
          return undefined
        }
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
