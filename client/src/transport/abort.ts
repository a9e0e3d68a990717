/** The longest that a timer can wait, in milliseconds: what is longer, it takes for nothing. Some 25 days. */
const LONGEST_MS = 2 ** 31 - 1

/** A timer for any time, `Infinity` too: what is longer than a timer can wait ends after some 25 days. */
export const after = (ms: number, act: () => void): ReturnType<typeof setTimeout> =>
  setTimeout(act, Math.min(ms, LONGEST_MS))

/** Waits so long. Rejects with the signal's reason when that aborts. */
export function pause(ms: number, signal?: AbortSignal): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const waited = new Promise<void>((resolve) => {
    timer = after(ms, resolve)
  })
  return abortable(waited, signal).finally(() => clearTimeout(timer))
}

/** The promise, unless the signal aborts first: then it rejects with the signal's reason. */
export function abortable<T>(promise: Promise<T>, signal?: AbortSignal): Promise<T> {
  if (!signal) return promise
  return new Promise<T>((resolve, reject) => {
    const stop = () => reject(signal.reason)
    if (signal.aborted) stop()
    signal.addEventListener('abort', stop, { once: true })
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop))
  })
}
