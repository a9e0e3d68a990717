import type { CallOptions } from '../client-options.ts'
import { SplitrunError } from '../error.ts'
import type { ProjectEvent } from '../shapes/project-event.ts'
import { pause } from '../transport/abort.ts'
import type { Api } from '../transport/api.ts'
import type { Message } from './event-parser.ts'
import { requireStream, STREAM } from './open-events.ts'
import { readMessages } from './read-messages.ts'

/** Milliseconds between connections, until the server says so itself. */
const RETRY_MS = 1000

/** What happens in a project from now on, over as many connections as it takes, until `signal` aborts. */
export async function* watchProject(
  api: Api,
  { signal, timeoutMs }: CallOptions,
): AsyncGenerator<ProjectEvent> {
  let retryMs = RETRY_MS
  const setRetry = (ms: number) => {
    retryMs = ms
  }
  for (;;) {
    const response = await api.send(
      {
        ...{ method: 'GET', path: 'P/events', headers: STREAM, signal, timeoutMs },
        ...{ repeatable: true, patienceMs: api.options.patienceMs },
      },
      async (opened) => opened,
    )
    requireStream(response)
    yield { type: 'watching' }
    try {
      for await (const message of readMessages(response, { hear: () => {}, setRetry, signal })) {
        const event = readEvent(message)
        if (event) yield event
      }
    } catch (error) {
      if (!(error instanceof SplitrunError && error.retryable)) throw error
    }
    await pause(retryMs, signal)
  }
}

/** Null for what this version does not know. */
function readEvent({ event, data }: Message): ProjectEvent | null {
  if (event === 'runs.skipped') return { type: event, ...JSON.parse(data) }
  return event.startsWith('run.') ? { type: 'run.ended', run: JSON.parse(data) } : null
}
