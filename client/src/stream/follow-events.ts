import { SplitrunError } from '../error.ts'
import { followRun } from '../runs/follow-run.ts'
import { pause } from '../transport/abort.ts'
import { openEvents } from './open-events.ts'
import { readMessages } from './read-messages.ts'
import { readMessage, type Said } from './run-event.ts'
import type { Place, Streamed } from './streamed.ts'

/** Milliseconds between connections, until the server says so itself. */
const RETRY_MS = 1000

/** What a run says up to its end, over as many connections as it takes. `place` is kept up to date. */
export async function* followEvents<T>(streamed: Streamed<T>, place: Place): AsyncGenerator<Said> {
  const { api, task, options } = streamed
  const { signal, timeoutMs } = options
  let retryMs = RETRY_MS
  let heard = Date.now()
  const hear = () => {
    heard = Date.now()
  }
  const setRetry = (ms: number) => {
    retryMs = ms
  }
  for (;;) {
    const response = await openEvents(streamed, place)
    if (response.status === 204) {
      // Its end was seen already: that is all there is to say.
      yield { end: await followRun(api, await task.find(signal), place.run ?? '', { signal, timeoutMs }) }
      return
    }
    try {
      for await (const message of readMessages(response, { hear, setRetry, signal })) {
        place.last = message.id ?? place.last
        const said = readMessage(message)
        if (said) yield said
        if (said && 'end' in said) return
      }
    } catch (error) {
      const broken = error instanceof SplitrunError && error.retryable
      if (!broken || Date.now() - heard > api.options.patienceMs) throw error
    }
    await pause(retryMs, signal)
  }
}
