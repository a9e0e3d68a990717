import { z } from 'zod'
import { ApiError, type Reason, ValidationError } from '../../platform/errors.ts'
import { startRun } from '../../runs/start/start-run.ts'
import type { StartedRun, SubmittedFile } from '../../runs/start/submission.ts'
import type { FindTaskDeps } from '../../tasks/naming/find-task.ts'
import { isFileModality } from '../../tasks/output-modality.ts'
import { nameIgnored } from '../headers/ignored-fields.ts'
import { runHeaders, startedHeaders } from '../headers/run-headers.ts'
import type { Context } from '../route.ts'
import { type RunRouteDeps, START_REFUSALS } from '../routes/runs.ts'
import { readFiles, readIdempotencyKey, readInputs } from '../run-request.ts'
import { setRunHeaders } from '../send-run.ts'
import type { Addressed } from './find-addressed.ts'
import { unsupported } from './openai-error.ts'
import type { Inputs } from './read/read-task-input.ts'

export interface DoorDeps extends RunRouteDeps, FindTaskDeps {
  /** Most tasks that `GET /v1/models` lists. */
  readonly openaiModelsMax: number
}

const patience = z.string().optional().meta({
  description:
    'Seconds after which the client gives up, as OpenAI’s SDKs say it: the answer comes some before.',
})
/** Request headers that starting a run heeds. */
export const doorRequestHeaders = runHeaders
  .pick({ 'idempotency-key': true })
  .extend({ 'x-stainless-timeout': patience, 'x-stainless-read-timeout': patience })
/** On answers to a call that started a run. */
export const doorHeaders = startedHeaders.pick({
  ...{ 'x-task-run-id': true, 'x-task-revision-id': true, 'Idempotent-Replayed': true },
  ...{ 'RateLimit-Policy': true, RateLimit: true },
})
/** Why a run may be refused, or fail. */
export const DOOR_REFUSALS: readonly Reason[] = ['TASK_NOT_FOUND', ...START_REFUSALS]

/** How the caller of a run is answered. */
export interface DoorWait {
  /** How long to wait for the end; 0 not at all. */
  readonly ms: number
  /** True when the caller asked not to wait, though it may be told what happens. */
  readonly background: boolean
  /** True when the text is shown as it comes. */
  readonly live: boolean
}

/** A request of OpenAI's clients, in the words of a run. */
export interface DoorRequest {
  readonly addressed: Addressed
  readonly inputs: Inputs
  readonly files: readonly SubmittedFile[]
  readonly llmConfig: Inputs | null
  readonly reference: string | null
  readonly reportingGroup: string | null
  readonly splitKey: string | null
  /** Members that are not acted on. */
  readonly ignored: readonly string[]
  /** Where the inputs stood: errors name that place. */
  readonly place: readonly string[]
}

/**
 * Starts a run as `POST .../run` does, by the same use case: admission, audit and tenancy are its own.
 * @throws see startRun
 */
export async function startDoorRun(
  deps: DoorDeps,
  { caller, ignored: stray, clientClosed, request, response, span }: Context<unknown, unknown, unknown>,
  { addressed, files, place, ignored, ...asked }: DoorRequest,
  { ms, background, live }: DoorWait,
): Promise<StartedRun> {
  const { task, revision, revisionTag } = addressed
  if (task.output_modality !== 'csv' && isFileModality(task.output_modality)) {
    const msg = `the task answers with ${task.output_modality}, which these protocols cannot show: run it by its own path`
    throw new ValidationError([unsupported(place.slice(0, 1), msg)])
  }
  if (asked.splitKey !== null && (revision ?? revisionTag) !== null) {
    throw ValidationError.at(['body', 'metadata', 'split_key'], 'contradicts the revision that is named')
  }
  nameIgnored(response, ignored)
  let started: StartedRun
  try {
    const submitted = readFiles(files, null, deps)
    started = await startRun(
      deps,
      {
        ...{ org: task.org_id, project: task.project_id, task: task.id, user: caller.id },
        ...{ revision, revisionTag, files: submitted },
        inputs: readInputs(asked.inputs, deps.taskInputMax),
        llmConfig: asked.llmConfig,
        reference: asked.reference,
        reportingGroup: asked.reportingGroup,
        splitKey: asked.splitKey,
        strayNames: stray,
        useFallback: false,
        timeout: null,
        idempotencyKey: readIdempotencyKey(request.get('idempotency-key')),
        onlyTask: caller.taskId,
        onLimit: 'wait',
        live,
        // A text that was shown cannot be taken back: where it is cut short, that is its end.
        instead: { mode: background ? 'async' : 'wait', ...(live ? { outputRetries: 0 } : {}) },
        span,
      },
      ms,
      clientClosed,
    )
  } catch (error) {
    throw error instanceof ValidationError ? movedTo(place, error) : error
  }
  setRunHeaders(response, started.record)
  if (started.limitHeaders) response.set(started.limitHeaders)
  if (started.replayed) response.set('Idempotent-Replayed', 'true')
  return started
}

/** The same mistakes, at the place where the caller's inputs stood. */
function movedTo(place: readonly string[], { issues }: ValidationError): ValidationError {
  return new ValidationError(
    issues.map(({ loc, msg, type }) => {
      const [where, member, ...way] = loc
      if (where !== 'body' || (member !== 'task_input' && member !== 'task_file')) return { loc, msg, type }
      return { loc: ['body', ...(member === 'task_file' ? place.slice(0, 1) : place), ...way], msg, type }
    }),
  )
}

/** The error of a run that a client of this API cannot be shown as it stands, since it has not ended. */
export const unfinished = (id: string): ApiError =>
  new ApiError('RUN_UNFINISHED', 'The run goes on. Ask for it as a response, or by its id.', {
    run_id: id,
    retryable: false,
  })
