import { setTimeout as pause } from 'node:timers/promises'
import type { RunRecord } from '../../../runs/run.ts'
import { asItIs, type StreamedEvent, sendEventStream } from '../../events/event-stream.ts'
import type { Context } from '../../route.ts'
import { type DoorDeps, type DoorRequest, startDoorRun } from '../start-door-run.ts'
import { type AnswerEvent, followAnswer } from './follow-answer.ts'

type AnyContext = Context<unknown, unknown, unknown>

export interface DoorStream {
  /** The run that is streamed: found, or started now. */
  begin(): Promise<RunRecord>
  /** Whether its text is held back until it is the answer. */
  readonly isHeld: boolean
  /** Its events in the client's protocol. */
  events(
    record: RunRecord,
    answers: AsyncIterable<AnswerEvent>,
  ): AsyncIterable<StreamedEvent> | Promise<AsyncIterable<StreamedEvent>>
  /** How long the head may wait for the first event, in ms: a run that fails before it is answered with a status. */
  readonly headWaitMs: number
}

/**
 * Starts a run, and answers with it as a stream. The text of an object is held back, and its model is asked for no stream.
 * @throws see startDoorRun and sendDoorStream
 */
export function sendStartedStream(
  deps: DoorDeps,
  context: AnyContext,
  asked: DoorRequest,
  { background, ...stream }: { background: boolean } & Pick<DoorStream, 'events' | 'headWaitMs'>,
): Promise<void> {
  const { task } = asked.addressed
  const isHeld = task.output_modality !== 'text'
  const begin = async () =>
    (await startDoorRun(deps, context, asked, { ms: 0, background, live: !isHeld })).record
  return sendDoorStream(deps, context, task.project_id, { begin, isHeld, ...stream })
}

/**
 * Answers with a run as a stream, within the limits on streams. The run goes on when the client leaves.
 * @throws {ApiError} TOO_MANY_REQUESTS, before the run is begun; what `begin` throws, and what the first event comes to
 */
export async function sendDoorStream(
  deps: DoorDeps,
  { clientClosed, mayStill, response }: Pick<AnyContext, 'clientClosed' | 'mayStill' | 'response'>,
  project: string,
  { begin, isHeld, events, headWaitMs }: DoorStream,
): Promise<void> {
  const release = deps.streams.take(project)
  const ended = new AbortController()
  const end = (): void => ended.abort()
  let stream: AsyncIterator<StreamedEvent, void> | null = null
  clientClosed.addEventListener('abort', end)
  if (clientClosed.aborted) end()
  try {
    const record = await begin()
    const answers = followAnswer(deps, record, isHeld, ended.signal)
    const begun = (await events(record, answers))[Symbol.asyncIterator]()
    stream = begun
    const first = begun.next()
    const waiting = headWaitMs > 0 ? pause(headWaitMs, undefined, ended).catch(() => {}) : null
    await Promise.race([first, waiting])
    const follow = (signal: AbortSignal) => {
      signal.addEventListener('abort', end)
      if (signal.aborted) end()
      return startingWith(first, begun)
    }
    await sendEventStream(response, follow, asItIs, {
      ...{ signal: clientClosed, mayStill },
      ...{ closing: deps.inbox.closing, patienceMs: deps.requestTimeout * 1000 },
    })
  } finally {
    end()
    // Nobody may have read on: then what it follows is given up here.
    stream?.return?.()?.catch(() => {})
    release()
  }
}

async function* startingWith(
  first: Promise<IteratorResult<StreamedEvent, void>>,
  rest: AsyncIterator<StreamedEvent, void>,
): AsyncGenerator<StreamedEvent, void> {
  const { done, value } = await first
  if (done) return
  yield value
  yield* { [Symbol.asyncIterator]: () => rest }
}
