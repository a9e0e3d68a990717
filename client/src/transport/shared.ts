import { abortable } from './abort.ts'

/**
 * What is asked for once and then known to all who ask; a failure is forgotten, so that the next one asks again. Each of
 * them can stop waiting by a signal without an effect on the others.
 */
export interface Shared<T> {
  get(signal?: AbortSignal): Promise<T>
  forget(): void
}

export function createShared<T>(ask: () => Promise<T>): Shared<T> {
  let known: Promise<T> | undefined
  return {
    get(signal) {
      if (!known) {
        const asked = ask()
        known = asked
        asked.catch(() => {
          if (known === asked) known = undefined
        })
      }
      return abortable(known, signal)
    },
    forget() {
      known = undefined
    },
  }
}
