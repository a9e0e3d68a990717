import type { Request, Response } from 'express'
import type { FollowRunDeps } from '../../runs/live/follow-run.ts'
import type { Position } from '../../runs/live/position.ts'
import type { RunRecord } from '../../runs/run.ts'
import { type StartRunDeps, startRun } from '../../runs/start/start-run.ts'
import type { StartedRun, Submission } from '../../runs/start/submission.ts'
import type { Wait } from '../run-request.ts'
import { runLocation, setRunHeaders } from '../send-run.ts'
import { type StreamOptions, sendEventStream } from './event-stream.ts'
import type { Seen } from './last-event-id.ts'
import { type DeltaForm, frameOf, runEvents } from './run-event-frames.ts'
import type { StreamPlaces } from './stream-places.ts'

export interface SendRunEventsDeps extends FollowRunDeps {
  readonly streams: StreamPlaces
  /** What stands before all paths for callers. */
  readonly publicPath: string
  /** Seconds that a client may read nothing. */
  readonly requestTimeout: number
}

/** How a run is watched. */
export interface Watching extends Pick<StreamOptions, 'signal' | 'mayStill'> {
  /** What the client has seen. */
  readonly from: Position | null
  readonly form: DeltaForm
  /** Of a run that was created for this reader: see `LiveFeeds.open`. */
  readonly unheardBefore?: number | undefined
}

/**
 * Answers with the events of a run, until it has ended or the client has gone.
 * @param release gives back the place that the stream has
 */
export async function sendRunEvents(
  deps: SendRunEventsDeps,
  response: Response,
  record: RunRecord,
  watching: Watching,
  release: () => void,
): Promise<void> {
  try {
    setRunHeaders(response, record)
    response.set('Location', runLocation(response, record, deps.publicPath))
    await sendEventStream(response, (until) => runEvents(deps, record, watching, until), frameOf, {
      ...{ signal: watching.signal, mayStill: watching.mayStill },
      ...{ closing: deps.inbox.closing, patienceMs: deps.requestTimeout * 1000 },
    })
  } finally {
    release()
  }
}

/**
 * Starts a run, and answers with its events. A caller that said how long it waits is told no longer than that. One that
 * asks again with its key goes on behind what it has seen: of a new run it can have seen nothing.
 * @returns the run as it was accepted
 */
export async function sendLiveRun(
  deps: SendRunEventsDeps & StartRunDeps,
  response: Response,
  { submission, wait, seen }: { submission: Submission; wait: Wait; seen: Seen },
  watching: Omit<Watching, 'from'>,
): Promise<StartedRun> {
  const release = deps.streams.take(submission.project)
  const unheard = deps.feeds.unheard()
  let started: StartedRun
  try {
    started = await startRun(deps, submission, 0, watching.signal)
  } catch (error) {
    release()
    throw error
  }
  if (started.limitHeaders) response.set(started.limitHeaders)
  if (started.replayed) response.set('Idempotent-Replayed', 'true')
  if (wait.applied) response.set('Preference-Applied', wait.applied)
  const from = started.replayed ? seen : null
  if (from === 'end') {
    release()
    setRunHeaders(response, started.record)
    response.status(204).end()
    return started
  }
  const { signal: clientClosed } = watching
  const signal = wait.asked ? AbortSignal.any([clientClosed, AbortSignal.timeout(wait.ms)]) : clientClosed
  const unheardBefore = started.replayed ? undefined : unheard
  await sendRunEvents(deps, response, started.record, { ...watching, signal, from, unheardBefore }, release)
  return started
}

/**
 * True when the client asks for a stream of events by its name, and likes nothing better that a run may be: `*` is no
 * such wish.
 */
export function wantsEvents(request: Request): boolean {
  const { accept } = request.headers
  if (!accept?.includes('text/event-stream')) return false
  return request.accepts(['text/event-stream', 'application/json']) === 'text/event-stream'
}
