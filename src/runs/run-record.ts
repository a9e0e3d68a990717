import type { Attempt, RunRecord, RunStatus } from './run.ts'
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

/** Reads an entry of a reply stream. The result is null when it was too large to travel with it. */
export function readReply(fields: readonly string[]) {
  const entry = Object.fromEntries(
    fields.flatMap((name, at) => (at % 2 === 0 ? [[name, fields[at + 1] ?? '']] : [])),
  )
  return {
    id: entry['run'] ?? '',
    revision: entry['revision'] || null,
    attempts: fromLines(entry['attempts']),
    result: entry['result'] ? textToResult(entry['result']) : null,
  }
}
