import { z } from 'zod'
import type { RunRecord } from '../../runs/run.ts'
import type { TaskStore } from '../../tasks/task-store.ts'
import { checkDeltaForm } from '../events/check-delta-form.ts'
import { readLastEventId } from '../events/last-event-id.ts'
import { type SendRunEventsDeps, sendRunEvents } from '../events/send-run-events.ts'
import { streamedHeaders, streamHeaders } from '../headers/stream-headers.ts'
import { type Endpoint, endpoint, PROJECT, runParams } from '../route.ts'
import { deltaForm } from '../run-request.ts'

export interface RunEventRouteDeps extends SendRunEventsDeps {
  readonly tasks: TaskStore
  /** The run, or a refusal as TASK_RUN_NOT_FOUND. */
  find(params: { project_id: string; task_id: string; run_id: string }): Promise<RunRecord>
}

/** What a run says while it goes on. */
export function runEventRoutes(deps: RunEventRouteDeps): Endpoint[] {
  return [
    endpoint({
      method: 'get',
      path: `${PROJECT}/task/:task_id/run/:run_id/events`,
      tag: 'Runs',
      operation: 'watchRun',
      summary: 'Watch a run: its states, what its model says, and its end, as server-sent events',
      description:
        'Resumed where it broke off by `Last-Event-ID`, from any process. 204 after the last event was seen.',
      headers: streamHeaders,
      responseHeaders: streamedHeaders,
      response: null,
      media: ['text/event-stream'],
      noContent: 'The last event was seen: there is nothing more.',
      errorCodes: ['TASK_RUN_NOT_FOUND', 'TOO_MANY_REQUESTS'],
      scope: 'run:read',
      params: runParams,
      query: z.object({
        as: deltaForm,
        last_event_id: z
          .string()
          .max(64)
          .optional()
          .meta({ description: 'As the header `Last-Event-ID`, which beats it.' }),
      }),
      async handle({ params, query, clientClosed: signal, mayStill, request, response }) {
        const record = await deps.find(params)
        const from = readLastEventId(request.get('last-event-id') ?? query.last_event_id)
        if (from === 'end') {
          response.status(204).end()
          return
        }
        await checkDeltaForm(deps.tasks, params, query.as)
        const release = deps.streams.take(params.project_id)
        await sendRunEvents(deps, response, record, { from, form: query.as, signal, mayStill }, release)
      },
    }),
  ]
}
