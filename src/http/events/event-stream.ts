import type { Response } from 'express'

/** One event of a stream, or a comment, which readers pass over. */
export type StreamedEvent =
  | { readonly event?: string; readonly id?: string; readonly data: unknown }
  | { readonly comment: string }

/** What a stream of events depends on, beside its reader. */
export interface StreamOptions {
  /** Fires when the client has closed the connection. */
  readonly signal: AbortSignal
  /** Fires when this process closes: then nobody waits for a reader. */
  readonly closing: AbortSignal
  /** How long a reader may read nothing of what waits for it, in ms; then its connection is closed, and it may come again. */
  readonly patienceMs: number
  /** False once the caller may not read any more, since its token was revoked: asked at each heartbeat. */
  readonly mayStill: () => Promise<boolean>
}

/** After this time without a connection, readers connect again, in ms. */
const RECONNECT_MS = 1000
/** So often a comment says that the connection lives, in ms: proxies cut silent ones. */
const HEARTBEAT_MS = 15_000
/** So many bytes may wait for a reader; then nothing more is made for it until it has read them. */
export const MOST_UNSENT = 65_536

/** So long a reader has to take the last bytes when this process closes, in ms: it comes again elsewhere. */
const LAST_MS = 1000

/** Headers of a stream of events: nobody on the way may keep it, change it or hold it back. */
const STREAM_HEADERS = {
  'Content-Type': 'text/event-stream',
  'Cache-Control': 'no-store, no-transform',
  'X-Accel-Buffering': 'no',
} as const

/**
 * Sends events as they come (WHATWG HTML, 9.2). Its head goes out at once. The next event is asked for only when the reader
 * has room for it. Resolves when the stream has ended, or its reader has gone.
 * @param follow gives the events, until the signal fires
 */
export async function sendEventStream(
  response: Response,
  follow: (signal: AbortSignal) => AsyncIterable<StreamedEvent>,
  { signal: clientClosed, closing, patienceMs, mayStill }: StreamOptions,
): Promise<void> {
  response.status(200)
  for (const [name, value] of Object.entries(STREAM_HEADERS)) response.setHeader(name, value)
  response.flushHeaders()
  // A stream lasts as long as its run: what can be compared with other requests is its beginning.
  response.locals['headAt'] = performance.now()
  if (response.req.method === 'HEAD') {
    response.end()
    return
  }
  response.write(`retry: ${RECONNECT_MS}\n\n`)
  const refused = new AbortController()
  const signal = AbortSignal.any([clientClosed, refused.signal])
  const beating = setInterval(() => {
    if (response.writableLength < MOST_UNSENT) response.write(':\n\n')
    void mayStill().then((may) => may || refused.abort())
  }, HEARTBEAT_MS)
  try {
    for await (const event of follow(signal)) {
      if (signal.aborted) break
      response.write(eventToText(event))
      if (response.writableLength < MOST_UNSENT) continue
      if (!(await drained(response, AbortSignal.any([signal, closing]), patienceMs))) break
    }
  } finally {
    clearInterval(beating)
    response.end()
    if (closing.aborted) setTimeout(() => response.destroy(), LAST_MS).unref()
  }
}

function eventToText(event: StreamedEvent): string {
  if ('comment' in event) return `: ${event.comment.replaceAll(/[\r\n]+/g, ' ')}\n\n`
  const name = event.event ? `event: ${event.event}\n` : ''
  const id = event.id === undefined ? '' : `id: ${event.id}\n`
  // JSON has no line breaks.
  const data = typeof event.data === 'string' ? event.data : JSON.stringify(event.data)
  return `${name}${id}data: ${data}\n\n`
}

/** True when all is sent; false, and the connection closed, when the reader has gone or read nothing for too long. */
function drained(response: Response, signal: AbortSignal, patienceMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const done = (isDrained: boolean): void => {
      clearTimeout(timer)
      response.off('drain', onDrain)
      response.off('close', onClose)
      signal.removeEventListener('abort', onClose)
      if (!isDrained) response.destroy()
      resolve(isDrained)
    }
    const onDrain = (): void => done(true)
    const onClose = (): void => done(false)
    const timer = setTimeout(onClose, patienceMs)
    response.once('drain', onDrain).once('close', onClose)
    signal.addEventListener('abort', onClose, { once: true })
    if (response.destroyed || signal.aborted) onClose()
  })
}
