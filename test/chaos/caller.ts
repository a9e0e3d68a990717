import { setTimeout as pause } from 'node:timers/promises'
import type { PresentedRun } from '../../src/runs/present-run.ts'
import type { Dice } from './dice.ts'
import type { Fleet } from './fleet.ts'

/** An answer that said something about a run. */
export interface RunResponse {
  readonly status: number
  readonly id: string
  /** Null where the answer named the run only. */
  readonly run: PresentedRun | null
}

/** What the callers have seen, for the audit. */
export interface Sightings {
  readonly answers: RunResponse[]
  /** Answers that no caller should ever see, for a person. */
  readonly unexpected: string[]
  /** Calls that had no answer in `HANGS_AFTER_MS`. */
  readonly hung: string[]
  /** Calls whose connection broke: for how many ms each had been held. */
  readonly broken: number[]
  /** Runs that were watched to their end. */
  watched: number
  /** Calls that were told to try again later. */
  refused: number
  /** Calls that were told that a budget has no room. */
  spent: number
}

export interface CallerOptions {
  readonly fleet: Fleet
  /** `/org/.../project/...`. */
  readonly project: string
  readonly token: string
  readonly sightings: Sightings
  /** Ends all trying. */
  readonly signal: AbortSignal
}

/** Longer than the longest wait and the longest outage together. */
const HANGS_AFTER_MS = 60_000

export interface Call {
  readonly method: 'GET' | 'POST'
  /** Behind the project's path. */
  readonly path: string
  /** Sent as JSON unless it is a form. */
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
  /** Which API process is asked first: an index. The others follow. */
  readonly first: number
}

/**
 * Calls the API as a client that does not give up: a broken connection, a 408, a 429 or a 503 is tried again, at another
 * process. Resolves with the first answer about a run; null when `signal` fired before there was one, or when a budget
 * is spent, so that there is none.
 */
export async function callUntilAnswered(
  options: CallerOptions,
  call: Call,
  dice: Dice,
): Promise<RunResponse | null> {
  for (let at = call.first; !options.signal.aborted; at += 1) {
    const answer = await callOnce(options, call, at)
    if (answer === 'spent') return null
    if (answer) return answer
    await pause(dice.between(100, 500))
  }
  return null
}

async function callOnce(
  { fleet, project, token, sightings, signal }: CallerOptions,
  { method, path, body, headers }: Call,
  at: number,
): Promise<RunResponse | 'spent' | null> {
  const base = fleet.apis[at % fleet.apis.length]?.url()
  if (!base) return null
  const began = Date.now()
  const late = AbortSignal.timeout(HANGS_AFTER_MS)
  let response: Response
  let text: string
  try {
    response = await fetch(`${base}/api/v1${project}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body instanceof FormData ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: body instanceof FormData ? body : JSON.stringify(body) }),
      signal: AbortSignal.any([late, signal]),
    })
    text = await response.text()
  } catch {
    if (late.aborted) sightings.hung.push(`${method} ${path}`)
    else if (!signal.aborted) sightings.broken.push(Date.now() - began)
    return null
  }
  // A 503 may name a run of which nobody knows whether it was accepted: trying again tells. For a process that stood
  // still, what came meanwhile took too long to arrive (408).
  const isSpent = response.status === 429 && text.includes('"BUDGET_EXCEEDED"')
  if (isSpent) sightings.spent += 1
  else if ([408, 429, 503].includes(response.status)) {
    sightings.refused += 1
    return null
  }
  const answer = read(response, text)
  if (isSpent && !answer) return 'spent'
  if (answer) sightings.answers.push(answer)
  if (!answer || !(isSpent || EXPECTED.includes(response.status))) {
    sightings.unexpected.push(`${method} ${path}: ${response.status} ${text.slice(0, 300)}`)
  }
  return answer
}

/** The run, accepted, or its end: failed, cancelled (409), expired (504). */
const EXPECTED = [200, 202, 409, 502, 504]

function read(response: Response, text: string): RunResponse | null {
  const id = response.headers.get('x-task-run-id')
  if (!id || !response.headers.get('content-type')?.startsWith('application/json')) return null
  const body = JSON.parse(text) as PresentedRun & { detail?: { run?: PresentedRun } }
  const run = body.detail ? (body.detail.run ?? null) : body
  return { status: response.status, id, run }
}
