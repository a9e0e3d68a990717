import type { Attempt, RunResult } from '../run.ts'
import type { Claim } from './claim.ts'
import { readDrawn } from './drawn-revision.ts'
import { textToRequest } from './request-text.ts'
import { textToResult } from './result-text.ts'
import { fromLines } from './run-record.ts'

/** Separates the values of a message on a channel: neither ids nor JSON contain it. */
const SEPARATOR = '\0'

/** The message about a run that has ended. */
export interface Reply {
  readonly id: string
  readonly revision: string | null
  readonly split: number | null
  readonly attempts: Attempt[]
  /** Null when it was too large for the message: the record has it. */
  readonly result: RunResult | null
}

/** Reads a message of `settle.lua` on a reply channel: id, revision, result and attempts of each run that ended. */
export function readReplies(text: string): Reply[] {
  const fields = text.split(SEPARATOR)
  const replies: Reply[] = []
  for (let at = 0; at < fields.length; at += 4) {
    const [id = '', revision, result, attempts] = fields.slice(at, at + 4)
    replies.push({
      id,
      ...readDrawn(revision),
      attempts: fromLines(attempts),
      result: result ? textToResult(result) : null,
    })
  }
  return replies
}

/**
 * Reads a message of `create.lua` on a dispatch channel: the runs that were claimed for this worker.
 * @returns their claims, and how many runs were dispatched to the worker so far, these included
 */
export function readDispatch(text: string): { dispatched: number; claims: Claim[] } {
  const [claimed, dispatched, ...runs] = text.split(SEPARATOR)
  const claims: Claim[] = []
  for (let at = 0; at < runs.length; at += 3) {
    const request = runs[at] ?? ''
    const read = textToRequest(request)
    claims.push({
      request: read,
      bytes: Buffer.byteLength(request),
      fence: 1,
      ...readDrawn(runs[at + 1]),
      model: runs[at + 2] ?? '',
      attempts: [],
      claimed: Number(claimed),
      claimsExhausted: false,
      cancelled: false,
      limited: null,
      live: read.live,
      shown: null,
    })
  }
  return { dispatched: Number(dispatched), claims }
}
