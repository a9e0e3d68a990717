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
 * present when anybody ever did), `file_bytes` (`<until>:<bytes>` of its files, if
 * there are any, as they are counted in the hash of that name) and `share` (`left-share.ts`: what part it has in the reuse of results while it is queued).
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
