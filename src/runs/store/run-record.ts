import type { Attempt, RunRecord, RunResult, RunStatus } from '../run.ts'
import { textToRequest, textToResult } from './run-text.ts'

/** The fields of a run's hash that make up its record. */
export const RECORD_FIELDS = ['status', 'request', 'revision', 'attempts', 'result', 'fence'] as const
export type RecordFields = readonly (string | null)[]

/** The ledger as it is stored: one line of JSON per attempt, so that a script can append without decoding. */
export const toLines = (attempts: readonly Attempt[]): string =>
  attempts.map((attempt) => `${JSON.stringify(attempt)}\n`).join('')

export const fromLines = (lines: string | null | undefined): Attempt[] =>
  (lines ?? '')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Attempt)

/** A record from the values of RECORD_FIELDS; null when there is none. */
export function toRecord([
  status,
  request,
  revision,
  attempts,
  result,
  fence,
]: RecordFields): RunRecord | null {
  if (!status || !request) return null
  return {
    status: status as RunStatus,
    request: textToRequest(request),
    // Until it is claimed, a worker may still draw another one.
    revision: fence ? revision || null : null,
    attempts: fromLines(attempts),
    result: result ? textToResult(result) : null,
  }
}

/** What a reply tells of a run that has ended. */
export interface Reply {
  readonly id: string
  readonly revision: string | null
  readonly attempts: Attempt[]
  /** Null when it was too large to travel with it. */
  readonly result: RunResult | null
}

/** Reads what is told on a reply channel: for each run that ended its id, revision, result and attempts. */
export function readReplies(text: string): Reply[] {
  const fields = text.split(BETWEEN)
  const replies: Reply[] = []
  for (let at = 0; at < fields.length; at += 4) {
    const [id = '', revision, result, attempts] = fields.slice(at, at + 4)
    replies.push({
      id,
      revision: revision || null,
      attempts: fromLines(attempts),
      result: result ? textToResult(result) : null,
    })
  }
  return replies
}

/** What separates the values of a message: neither ids nor JSON have it. */
export const BETWEEN = '\0'
