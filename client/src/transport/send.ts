import type { ReadyOptions } from '../client-options.ts'
import { SplitrunError } from '../error.ts'
import { pause } from './abort.ts'
import { attempt } from './attempt.ts'
import type { Call, Read, Send } from './call.ts'
import { retryDelay } from './retry-delay.ts'

/** Sends calls as they are, and tries again what may succeed later. */
export function createSend(options: ReadyOptions): Send {
  return async <T>(call: Call, read: Read<T>): Promise<T> => {
    let first: number | undefined
    for (let failures = 1; ; failures += 1) {
      try {
        return await attempt(options, call, read)
      } catch (error) {
        if (!(error instanceof SplitrunError)) throw error
        first ??= Date.now()
        const delay = retryDelay(options, call, error, failures, Date.now() - first)
        if (delay === null) throw error
        await pause(delay, call.signal)
      }
    }
  }
}
