import type { ReadyOptions } from '../client-options.ts'
import { SplitrunError } from '../error.ts'
import { pause } from './abort.ts'
import { attempt } from './attempt.ts'
import type { Call, Read, Send } from './call.ts'
import { retryDelay } from './retry-delay.ts'

/**
 * Sends calls, and tries again what may succeed later.
 * @param prepare makes of a call what is sent, each time anew: what it asks for itself may have changed, or come too late
 */
export function createSend(options: ReadyOptions, prepare: (call: Call) => Promise<Call>): Send {
  return async <T>(call: Call, read: Read<T>): Promise<T> => {
    let first: number | undefined
    for (let failures = 1; ; failures += 1) {
      let isReady = false
      try {
        const ready = await prepare(call)
        isReady = true
        return await attempt(options, ready, read)
      } catch (error) {
        if (!(error instanceof SplitrunError)) throw error
        first ??= Date.now()
        // What prepares calls tries again by itself; only a run is kept up with for longer.
        if (!isReady && call.patienceMs === undefined) throw error
        const delay = retryDelay(options, call, error, failures, Date.now() - first)
        if (delay === null) throw error
        await pause(delay, call.signal)
      }
    }
  }
}
