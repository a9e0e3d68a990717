import { ApiError } from '../../platform/errors.ts'
import { latestScores } from '../feedback/feedback.ts'
import type { Attempt, RunHead, RunRecord, RunStatus } from '../run.ts'
import { readDrawn } from './drawn-revision.ts'
import { textToRequest } from './request-text.ts'
import { textToResult } from './result-text.ts'

/**
 * A run in Redis is a hash with these fields. Only scripts use its other fields: `claims` (how often it was claimed,
 * minus releases), `claimed` (time of the first claim, in ms), `watchers` (ids of the API processes that wait for its
 * end, separated by commas), `limited` (since when it waits for a limit of its model, in ms) and `cancel` (present when
 * its cancel was requested while a worker had it) and `live` (ids of the API processes that listen to what it says;
 * present when anybody ever did).
 *
 * `revision` holds the split that it was drawn by, too: see `drawn-revision.ts`.
 *
 * `format` is the number of the format that the record has; a record without it has format 1, which is the only one so
 * far. Who finds another one leaves the run to processes that know it: `is_known_format` in `shared.lua` is the same for
 * scripts. A version that writes a new format must not dispatch its runs to workers that do not announce that they know
 * it.
 */
export const RECORD_FIELDS = [
  ...(['status', 'request', 'revision', 'attempts', 'result', 'fence'] as const),
  ...(['format', 'model', 'feedback'] as const),
] as const
export type RecordFields = readonly (string | null)[]

const isKnownFormat = (format: string | null | undefined): boolean => !format || format === '1'

function unknownFormat(): ApiError {
  const message = 'The run was stored by a newer version, and cannot be read by this one.'
  return new ApiError('STORE_UNAVAILABLE', message, { retryable: true })
}

/**
 * Makes a record of the values of RECORD_FIELDS; null when the run has none.
 * @throws {ApiError} STORE_UNAVAILABLE for a format that this version does not know
 */
export function toRecord(fields: RecordFields): RunRecord | null {
  const [status, request, revision, attempts, result, fence, format, lane, feedback] = fields
  if (!isKnownFormat(format)) throw unknownFormat()
  if (!status || !request) return null
  return {
    status: status as RunStatus,
    request: textToRequest(request),
    // Before the first claim, the stored revision is only a forecast: a worker may draw another one.
    ...readDrawn(fence ? revision : ''),
    attempts: fromLines(attempts),
    result: result ? textToResult(result) : null,
    ...(status === 'queued' && lane && { lane }),
    ...(feedback ? { scores: latestScores(feedback) } : {}),
  }
}

/** The same, but null for a format that this version does not know. */
export const toKnownRecord = (fields: RecordFields): RunRecord | null =>
  isKnownFormat(fields[6]) ? toRecord(fields) : null

/** The ledger as it is stored: one line of JSON per attempt, so that a script can append without decoding. */
export const toLines = (attempts: readonly Attempt[]): string =>
  attempts.map((attempt) => `${JSON.stringify(attempt)}\n`).join('')

export const fromLines = (lines: string | null | undefined): Attempt[] =>
  (lines ?? '')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Attempt)

/** These values are left out when a run is stored, and added when it is read. That makes most records a third smaller. */
const USUAL_REQUEST: Partial<RunRequest> = {
  files: [],
  fileNames: [],
  revision: null,
  slot: null,
  bucket: null,
  llmConfig: null,
  useFallback: false,
  reference: null,
  reportingGroup: null,
  trace: null,
  onLostAttempt: 'retry',
  onTruncated: 'fail',
  outputRetries: 1,
  policies: [],
  budget: null,
  payer: null,
  onLimit: 'wait',
  live: false,
}
const USUAL_RESULT: Partial<RunResult> = {
  outputFile: null,
  processed: null,
  error: null,
  partial: null,
  finishReason: null,
  cachedTokens: 0,
  reasoningTokens: 0,
  estimated: false,
  costExact: true,
  parameters: {},
  credits: 0,
  possibleCredits: 0,
  inputSeconds: 0,
  retries: 0,
  usedFallback: false,
  primaryFailure: null,
}

/** Takes out of a copy what is as usual. Set to undefined, since `delete` would make the object slow to serialise. */
function leaveOut<T extends object>(copy: Members<T>, usual: Partial<T>): void {
  for (const key in usual) {
    const own = copy[key]
    const isUsual =
      typeof own === 'object' && own !== null ? Object.keys(own).length === 0 : own === usual[key]
    if (isUsual) copy[key] = undefined
  }
}

type Members<T> = Record<keyof T, unknown>

/** Adds to what was stored, and is nobody else's, what was left out of it as usual. */
function addUsual<T extends object>(stored: T, usual: Partial<T>): T {
  for (const key in usual) if (stored[key] === undefined) stored[key] = usual[key] as T[typeof key]
  return stored
}

/**
 * Stands before the member of a stored object that may be large: the inputs of a request, the response of a result, or
 * what there was of one. JSON
 * has line breaks nowhere else, so a script finds what comes before without reading JSON, and lists need no more.
 */
const BEFORE_LARGE = '\n'

/** JSON of an object, with one more member that is its last and may be large; `more`: JSON of others of that kind. */
function withLarge(rest: object, name: string, large: unknown, more = ''): string {
  return `${JSON.stringify(rest).slice(0, -1)}${BEFORE_LARGE}${more},"${name}":${JSON.stringify(large)}}`
}

/** There when the inputs hold numbers that a double cannot hold: all others are read in the quicker way. */
interface StoredRequest extends RunRequest {
  readonly exact?: true
}

/**
 * A request as it is stored: JSON that begins with the ids of run, organisation and project, where scripts read them.
 *
 * Its members are named one by one: to copy all but one of an object (`...rest`) takes half of the time of this.
 */
export function requestToText(request: RunRequest): string {
  const { id, org, project, task, user, created, inputs, mode, startBy, deadline } = request
  const copy: Members<StoredRequest> = {
    ...{ id, org, project, task, user, created, mode, deadline },
    startBy: startBy === deadline ? undefined : startBy,
    files: request.files,
    fileNames: request.fileNames,
    revision: request.revision,
    slot: request.slot,
    bucket: request.bucket,
    llmConfig: request.llmConfig,
    useFallback: request.useFallback,
    reference: request.reference,
    reportingGroup: request.reportingGroup,
    trace: request.trace,
    onLostAttempt: request.onLostAttempt,
    onTruncated: request.onTruncated,
    outputRetries: request.outputRetries,
    policies: request.policies,
    budget: request.budget,
    payer: request.payer,
    onLimit: request.onLimit,
    live: request.live,
    inputs: undefined,
    exact: holdsRawJson(inputs) || undefined,
  }
  leaveOut<StoredRequest>(copy, USUAL_REQUEST)
  return withLarge(copy, 'inputs', inputs)
}

export function textToRequest(text: string): RunRequest {
  const stored = JSON.parse(text) as StoredRequest
  const request: RunRequest = stored.exact ? readExactly(text) : stored
  return addUsual(addUsual(request, USUAL_REQUEST), { startBy: request.deadline })
}

function readExactly(text: string): RunRequest {
  const { exact: _, ...request } = parseExact(text) as StoredRequest
  return request
}

export function resultToText(result: RunResult): string {
  const { response, partial, processed } = result
  const copy: Members<RunResult> = {
    ...result,
    response: undefined,
    partial: undefined,
    processed: undefined,
  }
  const more = processed ? `,"processed":${JSON.stringify(processed)}` : ''
  leaveOut<RunResult>(copy, USUAL_RESULT)
  return partial === null
    ? withLarge(copy, 'response', response ?? null, more)
    : withLarge({ ...copy, response: null }, 'partial', partial, more)
}

export const textToResult = (text: string): RunResult => addUsual(JSON.parse(text) as RunResult, USUAL_RESULT)

/** What `heads.lua` returns for a run: nothing when it has no record. */
export type HeadFields =
  | readonly []
  | readonly [
      status: string,
      request: string,
      revision: string,
      fence: string,
      result: string,
      headBytes: number,
      bytes: number,
      format: string,
      lane: string,
      feedback: string,
    ]

/** Makes a head of what the script returned. */
export function toHead(fields: HeadFields): RunHead | 'unreadable' | null {
  const [status, request, revision, fence, result, headBytes = 0, bytes = 0, format, lane, feedback] = fields
  if (!isKnownFormat(format)) return 'unreadable'
  if (!status || !request) return null
  return {
    request: textToRequest(request),
    status: status as RunStatus,
    ...readDrawn(fence ? revision : ''),
    result: result ? textToResult(result) : null,
    headBytes,
    bytes,
    ...(status === 'queued' && lane && { lane }),
    ...(feedback ? { scores: latestScores(feedback) } : {}),
  }
}
