import { type Issue, SplitrunError } from '../error.ts'
import type { Reason } from '../shapes/reason.ts'
import type { Run } from '../shapes/run.ts'

/** Statuses that pass, where the answer itself does not say it. */
const PASSING = [408, 429, 502, 503, 504]

/** What a refusal says, also that of a proxy in between. */
export async function readRefusal(response: Response): Promise<SplitrunError> {
  const { status, headers } = response
  const text = await response.text()
  const shared = {
    status,
    retryAfterMs: retryAfter(headers.get('retry-after')),
    runId: headers.get('x-task-run-id'),
    requestId: headers.get('x-request-id'),
  }
  const passing = verdict(headers) ?? PASSING.includes(status)
  const detail = detailOf(text)
  if (areIssues(detail)) {
    const words = detail.map(({ loc, msg }) => `${loc.join('.')}: ${msg}`).join('; ')
    return new SplitrunError('INVALID_REQUEST', words, { ...shared, issues: detail })
  }
  if (!isDetail(detail)) {
    return new SplitrunError(
      'UNEXPECTED_RESPONSE',
      `an answer with status ${status} that is not this API's`,
      {
        ...shared,
        retryable: passing,
      },
    )
  }
  const { reason, message, run_id, run, retryable, ...more } = detail
  return new SplitrunError(reason, message, {
    ...shared,
    // A run that has ended is not another one when it is asked for again.
    retryable: retryable ?? passing,
    runId: run_id ?? shared.runId,
    run: run ?? null,
    detail: more,
  })
}

interface Detail {
  readonly reason: Reason
  readonly message: string
  readonly run_id?: string
  readonly run?: Run
  readonly retryable?: boolean
}

/** Another server may well have a list of its own there. */
const areIssues = (detail: unknown): detail is readonly Issue[] =>
  Array.isArray(detail) && detail.every((each) => Array.isArray(each?.loc))

const isDetail = (detail: unknown): detail is Detail =>
  typeof (detail as Detail | null | undefined)?.reason === 'string'

function detailOf(text: string): unknown {
  try {
    return JSON.parse(text).detail
  } catch {
    return undefined
  }
}

/** What the server says of trying again, if it does. */
function verdict(headers: Headers): boolean | null {
  const word = headers.get('x-should-retry')
  return word === null ? null : word === 'true'
}

/** Milliseconds; seconds and dates are both allowed (RFC 9110, 10.2.3). */
export function retryAfter(value: string | null): number | null {
  if (value === null) return null
  const ms = /^\d+(\.\d+)?$/.test(value) ? Number(value) * 1000 : Date.parse(value) - Date.now()
  return Number.isNaN(ms) ? null : Math.max(0, ms)
}
