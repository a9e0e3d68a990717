import { followRun } from '../runs/follow-run.ts'
import { type RunResult, settle } from '../runs/settle.ts'
import type { Run } from '../shapes/run.ts'
import { followEvents } from './follow-events.ts'
import { type DeltaKind, endEvent, type RunEvent } from './run-event.ts'
import type { Place, Streamed } from './streamed.ts'

/** What a run says while it goes on; to be looked through once. It resumes by itself where the connection breaks. */
export interface RunStream<T, Kind extends DeltaKind> extends AsyncIterable<RunEvent<T, Kind>> {
  /** The run's id, once it is known. */
  readonly runId: string | null
  /** What the run comes to, whether its events are looked at or not; rejects as `run` does. */
  result(): Promise<RunResult<T>>
}

/** Starts nothing and asks for nothing before somebody looks. */
export function streamRun<T, Kind extends DeltaKind>(streamed: Streamed<T>): RunStream<T, Kind> {
  const { api, task, readOutput, options, abandon } = streamed
  const place: Place = { run: streamed.run ?? null, last: options.lastEventId ?? null }
  let ended: Run | undefined

  async function* look(): AsyncGenerator<RunEvent<T, Kind>> {
    let isLeft = true
    try {
      for await (const said of followEvents(streamed, place)) {
        if ('event' in said) yield said.event as RunEvent<T, Kind>
        else {
          ended = said.end
          yield await endEvent(ended, readOutput)
        }
      }
    } catch (error) {
      isLeft = options.signal?.aborted ?? false
      throw error
    } finally {
      // Only the connection that started the run tells the server that its reader has gone: this may be a later one.
      if (isLeft && !ended && place.run && abandon) await abandon(place.run).catch(() => {})
    }
  }
  const events = look()
  return {
    get runId() {
      return place.run
    },
    [Symbol.asyncIterator]: () => events,
    async result() {
      // What nobody looks at is read on, so that there is a run in any case.
      while (!ended && !(await events.next()).done);
      if (ended) return settle(ended, readOutput)
      // Whoever looked went away before the end.
      const { signal, timeoutMs } = options
      const run = await followRun(api, await task.find(signal), place.run ?? '', { signal, timeoutMs })
      return settle(run, readOutput)
    },
  }
}
