import type { Attempt, RunResult } from '../run.ts'
import type { Claim } from './claim.ts'
import { fromLines, textToRequest, textToResult } from './run-record.ts'

/** What separates the values of a message on a channel: neither ids nor JSON have it. */
const BETWEEN = '\0'

/** What a reply tells of a run that has ended. */
export interface Reply {
  readonly id: string
  readonly revision: string | null
  readonly attempts: Attempt[]
  /** Null when it was too large to travel with it. */
  readonly result: RunResult | null
}

/** Reads what `settle.lua` tells on a reply channel: for each run that ended its id, revision, result and attempts. */
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

/**
 * Reads what `create.lua` tells on a dispatch channel: runs that were made this worker's own.
 * @returns their claims, and how many runs the worker was given in all, these included
 */
export function readDispatch(text: string): { dispatched: number; claims: Claim[] } {
  const [claimed, dispatched, ...runs] = text.split(BETWEEN)
  const claims: Claim[] = []
  for (let at = 0; at < runs.length; at += 3) {
    claims.push({
      request: textToRequest(runs[at] ?? ''),
      fence: 1,
      revision: runs[at + 1] || null,
      model: runs[at + 2] ?? '',
      attempts: [],
      claimed: Number(claimed),
      claimsExhausted: false,
      cancelled: false,
    })
  }
  return { dispatched: Number(dispatched), claims }
}
