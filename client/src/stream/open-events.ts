import { SplitrunError } from '../error.ts'
import { runPath } from '../runs/follow-run.ts'
import type { Call } from '../transport/call.ts'
import type { Place, Streamed } from './streamed.ts'

export const STREAM = { accept: 'text/event-stream' } as const

/** Opens a stream where it is: by the call that starts the run until the run is known, then by its events. */
export function openEvents<T>({ api, task, start, options }: Streamed<T>, place: Place): Promise<Response> {
  const { signal, timeoutMs, as } = options
  return task.use(signal, async (id) => {
    const call: Call =
      place.run === null && start
        ? start(id)
        : { method: 'GET', path: `${runPath(id, place.run ?? '')}/events`, signal, timeoutMs }
    const response = await api.send(
      {
        ...call,
        query: { ...call.query, as },
        headers: {
          ...call.headers,
          ...STREAM,
          ...(place.last === null ? {} : { 'last-event-id': place.last }),
        },
        repeatable: true,
        patienceMs: api.options.patienceMs,
      },
      async (opened) => opened,
    )
    place.run ??= response.headers.get('x-task-run-id')
    if (response.status !== 204) requireStream(response)
    return response
  })
}

/** Refuses what is no stream of events: the page of a proxy, say. */
export function requireStream({ headers, status }: Response): void {
  const type = headers.get('content-type') ?? 'nothing'
  if (type.startsWith('text/event-stream')) return
  throw new SplitrunError('UNEXPECTED_RESPONSE', `events were asked for, and ${type} came`, { status })
}
