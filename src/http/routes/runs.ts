import { z } from 'zod'
import type { FileStore } from '../../files/file-store.ts'
import { ApiError, type Reason } from '../../platform/errors.ts'
import { cancelRun } from '../../runs/end/cancel-run.ts'
import { expireRun } from '../../runs/end/expire-run.ts'
import { presentRun } from '../../runs/present-run.ts'
import { etagOfRun, isFinal, type RunRecord } from '../../runs/run.ts'
import { runResponse } from '../../runs/run-response.ts'
import { type StartRunDeps, startRun } from '../../runs/start/start-run.ts'
import type { Submission } from '../../runs/start/submission.ts'
import { watchRun } from '../../runs/wait/watch-run.ts'
import { checkDeltaForm } from '../events/check-delta-form.ts'
import { readLastEventId } from '../events/last-event-id.ts'
import { type SendRunEventsDeps, sendLiveRun, wantsEvents } from '../events/send-run-events.ts'
import { answersNotModified, ifNoneMatch } from '../headers/if-match.ts'
import { ofRun, readHeaders, runHeaders, startedHeaders } from '../headers/run-headers.ts'
import { streamHeaders } from '../headers/stream-headers.ts'
import { type Endpoint, endpoint, noQuery, PROJECT, runParams, taskParams } from '../route.ts'
import {
  readCache,
  readFiles,
  readIdempotencyKey,
  readInputs,
  readReportingGroup,
  readRevision,
  readWait,
  runBody,
  runQuery,
  secondsText,
} from '../run-request.ts'
import { sendStarted, setRunHeaders } from '../send-run.ts'
import { checkFileWish, FILE_TYPES, readFileWish, sendWantedFile } from '../wanted-file.ts'
import { runEventRoutes } from './run-events.ts'
import { runFileRoutes } from './run-files.ts'

/** Why a call that starts a run and waits for it may be refused. */
export const START_REFUSALS = [
  'TASK_REVISION_NOT_FOUND',
  'TASK_RUN_NOT_FOUND',
  'TASK_DISABLED',
  'NO_ACTIVE_REVISION',
  'INPUT_PROCESSORS_UNAVAILABLE',
  'RUN_CANCELLED',
  'FILE_TOO_LARGE',
  'NOT_AN_IMAGE',
  'UNSUPPORTED_IMAGE',
  'UNSUPPORTED_FILE',
  'IDEMPOTENCY_KEY_REUSED',
  'PROJECT_QUEUE_FULL',
  'PROJECT_STORAGE_FULL',
  'RATE_LIMITED',
  'BUDGET_EXCEEDED',
  'MODEL_ERROR',
  'MODEL_UNAVAILABLE',
  'MODEL_RETIRED',
  'OUTPUT_TRUNCATED',
  'OUTPUT_NOT_WRITTEN',
  'CONTENT_FILTERED',
  'MODEL_REFUSED',
  'OUTPUT_INVALID',
  'INPUT_INVALID',
  'DOCUMENT_UNREADABLE',
  'DOCUMENT_TOO_LARGE',
  'INPUT_PROCESSOR_FAILED',
  'WORKER_LOST',
  'INTERNAL_ERROR',
  'FILE_DAMAGED',
  'QUEUE_FULL',
  'TOO_MANY_REQUESTS',
  'STORE_UNAVAILABLE',
  'FILES_UNAVAILABLE',
  'RUN_EXPIRED',
] as const satisfies readonly Reason[]

/** How long a call to cancel waits for the end, so that it can mostly show it. */
export const CANCEL_WAIT_MS = 2000

export interface RunRouteDeps extends StartRunDeps, SendRunEventsDeps {
  readonly files: FileStore
  /** Seconds. */
  readonly waitMax: number
  readonly taskInputMax: number
  /** Bytes of one file. */
  readonly imageLimit: number
  readonly filesMax: number
}

/** Runs: start, read, cancel, and their files. */
export function runRoutes(deps: RunRouteDeps): Endpoint[] {
  const absent = () => new ApiError('TASK_RUN_NOT_FOUND', 'There is no such run.')

  async function find(params: { project_id: string; task_id: string; run_id: string }): Promise<RunRecord> {
    const record = await deps.runs.get(params.run_id)
    const { project, task } = record?.request ?? {}
    if (!record || project !== params.project_id || task !== params.task_id) throw absent()
    return expireRun(deps, record)
  }

  return [
    endpoint({
      method: 'post',
      path: `${PROJECT}/task/:task_id/run`,
      tag: 'Runs',
      operation: 'runTask',
      summary: 'Run a task; waits for the result unless told not to',
      headers: runHeaders.extend(streamHeaders.shape),
      noContent: 'Events were asked for once more, and the last one was seen: there is nothing more.',
      exactMember: 'task_input',
      filesInJson: true,
      files: { task_file: 'Images and documents for the model.' },
      accepted: 'The run is accepted, and goes on; here it is as it stands.',
      responseHeaders: startedHeaders,
      response: runResponse,
      media: ['text/event-stream', ...FILE_TYPES],
      errorCodes: [...START_REFUSALS, 'NOT_ACCEPTABLE', 'FILE_NOT_FOUND'],
      scope: 'run:write',
      params: taskParams,
      query: runQuery,
      body: runBody,
      async handle({
        caller,
        params,
        query,
        body,
        ignored,
        clientClosed,
        mayStill,
        request,
        response,
        span,
      }) {
        const wait = readWait(query, request.get('prefer'), deps.waitMax)
        // Who does not want to wait does not want to watch.
        const live = wait.ms > 0 && wantsEvents(request)
        const seen = live ? readLastEventId(request.get('last-event-id')) : null
        if (live) await checkDeltaForm(deps.tasks, params, query.as)
        const wish = live ? null : readFileWish(request)
        if (wish) await checkFileWish(deps.tasks, params, wish)
        const submission: Submission = {
          org: params.org_id,
          project: params.project_id,
          task: params.task_id,
          user: caller.id,
          inputs: readInputs(body.task_input, deps.taskInputMax),
          strayNames: ignored,
          files: readFiles(response.locals['files'], body.task_files, deps),
          revision: readRevision(query),
          revisionTag: query.revision_tag ?? null,
          splitKey: query.split_key ?? null,
          llmConfig: body.llm_config ?? null,
          useFallback: query.use_fallback_model,
          reference: body.reference ?? null,
          reportingGroup: readReportingGroup(query, body),
          timeout: query.timeout ?? null,
          idempotencyKey: readIdempotencyKey(request.get('idempotency-key')),
          onlyTask: caller.taskId,
          onLimit: query.on_limit,
          cache: readCache(query.cache),
          live,
          span,
        }
        const started = live
          ? await sendLiveRun(...([deps, response, { submission, wait, seen }] as const), {
              form: query.as,
              signal: clientClosed,
              mayStill,
            })
          : await startRun(deps, submission, wait.ms, clientClosed)
        if (clientClosed.aborted && query.on_disconnect === 'cancel') await cancelRun(deps, started.record)
        if (live || (wish && (await sendWantedFile(deps, response, started, wait, wish)))) return
        sendStarted(response, started, wait, deps.publicPath)
      },
    }),
    endpoint({
      method: 'get',
      path: `${PROJECT}/task/:task_id/run/:run_id`,
      tag: 'Runs',
      operation: 'getRun',
      summary: 'Read a run; ?wait=N waits up to N seconds for its end',
      headers: ifNoneMatch,
      responseHeaders: readHeaders,
      response: runResponse,
      errorCodes: ['TASK_RUN_NOT_FOUND'],
      scope: 'run:read',
      params: runParams,
      query: z.object({
        wait: secondsText.meta({ description: 'Seconds to wait for its end.' }),
      }),
      async handle({ params, query, clientClosed, request, response }) {
        let record = await find(params)
        if (!isFinal(record.status) && query.wait) {
          record = await watchRun(deps, record, Math.min(query.wait, deps.waitMax) * 1000, clientClosed)
        }
        setRunHeaders(response, record)
        if (answersNotModified(request, response, etagOfRun(record))) return undefined
        return presentRun(record)
      },
    }),
    endpoint({
      method: 'post',
      path: `${PROJECT}/task/:task_id/run/:run_id/cancel`,
      tag: 'Runs',
      operation: 'cancelRun',
      summary: 'Cancel a run; one that has ended stays as it is',
      responseHeaders: ofRun,
      response: runResponse,
      errorCodes: ['TASK_RUN_NOT_FOUND'],
      scope: 'run:write',
      params: runParams,
      query: noQuery,
      async handle({ params, clientClosed, response }) {
        let record = await cancelRun(deps, await find(params))
        // A worker that has it needs a moment to break off its call.
        if (!isFinal(record.status)) record = await watchRun(deps, record, CANCEL_WAIT_MS, clientClosed)
        setRunHeaders(response, record)
        return presentRun(record)
      },
    }),
    ...runEventRoutes({ ...deps, find }),
    ...runFileRoutes({ files: deps.files, fileHome: deps.fileHome, find }),
  ]
}
