import type { Response } from 'express'

/** One event of a stream, or a comment, which readers pass over. */
export type StreamedEvent =
  | { readonly event?: string; readonly id?: string; readonly data: unknown }
  | { readonly comment: string }

/** After this time without a connection, readers connect again, in ms. */
const RECONNECT_MS = 1000
/** So often a comment says that the connection lives, in ms: proxies cut silent ones. */
const HEARTBEAT_MS = 15_000
/** So many bytes may wait for a reader; then nothing more is made for it until it has read them. */
export const MOST_UNSENT = 65_536

/** Headers of a stream of events: nobody on the way may keep it, change it or hold it back. */
const STREAM_HEADERS = {
  'Content-Type': 'text/event-stream',
  'Cache-Control': 'no-store, no-transform',
  'X-Accel-Buffering': 'no',
} as const

/**
 * Sends events as they come (WHATWG HTML, 9.2). Its head goes out at once. The next event is asked for only when the reader
 * has room for it. Resolves when the stream has ended, or its reader has gone.
 * @param signal fires when the client has closed the connection
 * @param patienceMs how long a reader may read nothing of what waits for it; then its connection is closed, and it may
 *   come again
 */
export async function sendEventStream(
  response: Response,
  events: AsyncIterable<StreamedEvent>,
  signal: AbortSignal,
  patienceMs: number,
): Promise<void> {
  response.status(200)
  for (const [name, value] of Object.entries(STREAM_HEADERS)) response.setHeader(name, value)
  response.flushHeaders()
  if (response.req.method === 'HEAD') {
    response.end()
    return
  }
  response.write(`retry: ${RECONNECT_MS}\n\n`)
  const beating = setInterval(() => {
    if (response.writableLength < MOST_UNSENT) response.write(':\n\n')
  }, HEARTBEAT_MS)
  try {
    for await (const event of events) {
      if (signal.aborted) break
      response.write(eventToText(event))
      if (response.writableLength >= MOST_UNSENT && !(await drained(response, patienceMs))) break
    }
  } finally {
    clearInterval(beating)
    response.end()
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
function drained(response: Response, patienceMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const done = (isDrained: boolean): void => {
      clearTimeout(timer)
      response.off('drain', onDrain)
      response.off('close', onClose)
      if (!isDrained) response.destroy()
      resolve(isDrained)
    }
    const onDrain = (): void => done(true)
    const onClose = (): void => done(false)
    const timer = setTimeout(onClose, patienceMs)
    response.once('drain', onDrain).once('close', onClose)
    if (response.destroyed) onClose()
  })
}
