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
const MOST_UNSENT = 16_384

/**
 * A larger event goes out in parts of so many bytes: whoever takes one of them in time reads on, however slowly. More than
 * `MOST_UNSENT`, so that no heartbeat gets between two of them.
 */
const PART_BYTES = 65_536

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
 * @param follow gives what is told, until the signal fires
 * @param toEvent makes an event of it
 */
export async function sendEventStream<T>(
  response: Response,
  follow: (signal: AbortSignal) => AsyncIterable<T>,
  toEvent: (told: T) => StreamedEvent,
  { signal: clientClosed, closing, patienceMs, mayStill }: StreamOptions,
): Promise<void> {
  response.status(200)
  for (const [name, value] of Object.entries(STREAM_HEADERS)) response.setHeader(name, value)
  // A stream lasts as long as its run: what can be compared with other requests is its beginning.
  response.locals['headAt'] = performance.now()
  if (response.req.method === 'HEAD') {
    response.end()
    return
  }
  // The head goes out at the end of this tick, together with what is known already.
  let isHeld = true
  const sendHeld = (): void => {
    if (!isHeld) return
    isHeld = false
    // Node lets go of the connection before it frames what was held: each part of a frame would go out on its own.
    const connection = response.socket
    connection?.cork()
    response.uncork()
    connection?.uncork()
  }
  response.cork()
  setImmediate(sendHeld)
  response.write(`retry: ${RECONNECT_MS}\n\n`)
  // Looking at a signal that is made of others costs much more, and each event does.
  const ended = new AbortController()
  const { signal } = ended
  const end = (): void => ended.abort()
  clientClosed.addEventListener('abort', end)
  if (clientClosed.aborted) end()
  const beating = setInterval(() => {
    if (response.writableLength < MOST_UNSENT) response.write(':\n\n')
    void mayStill().then((may) => may || end())
  }, HEARTBEAT_MS)
  try {
    for await (const told of follow(signal)) {
      if (signal.aborted) break
      const text = eventToText(toEvent(told))
      if (response.writableLength + text.length < MOST_UNSENT) response.write(text)
      else if (!(await writeSlowly(response, text, AbortSignal.any([signal, closing]), patienceMs))) break
    }
  } finally {
    clearInterval(beating)
    // Node would end the body before what is held.
    sendHeld()
    response.end()
    if (closing.aborted) setTimeout(() => response.destroy(), LAST_MS).unref()
  }
}

/** For a stream of what are events already. */
export const asItIs = (event: StreamedEvent): StreamedEvent => event

function eventToText(event: StreamedEvent): string {
  if ('comment' in event) return `: ${event.comment.replaceAll(/[\r\n]+/g, ' ')}\n\n`
  const name = event.event ? `event: ${event.event}\n` : ''
  const id = event.id === undefined ? '' : `id: ${event.id}\n`
  // JSON has no line breaks.
  const data = typeof event.data === 'string' ? event.data : JSON.stringify(event.data)
  return `${name}${id}data: ${data}\n\n`
}

/** Writes, and waits until nothing is left to send. True then; false, and the connection closed, when the reader has gone or read nothing for too long. */
async function writeSlowly(
  response: Response,
  text: string,
  signal: AbortSignal,
  patienceMs: number,
): Promise<boolean> {
  // Most are one part, and a copy of each would be kept for as long as its reader does not read.
  if (text.length <= PART_BYTES) return writePart(response, text, signal, patienceMs)
  const bytes = Buffer.from(text)
  for (let at = 0; at < bytes.length; at += PART_BYTES) {
    const part = bytes.subarray(at, at + PART_BYTES)
    if (!(await writePart(response, part, signal, patienceMs))) return false
  }
  return true
}

function writePart(
  response: Response,
  part: Buffer | string,
  signal: AbortSignal,
  patienceMs: number,
): Promise<boolean> {
  return new Promise((resolve) => {
    const done = (isDrained: boolean): void => {
      clearTimeout(timer)
      response.off('close', onClose)
      signal.removeEventListener('abort', onClose)
      if (!isDrained) response.destroy()
      resolve(isDrained)
    }
    const onClose = (): void => done(false)
    const timer = setTimeout(onClose, patienceMs)
    response.once('close', onClose)
    response.write(part, (error) => done(!error))
    signal.addEventListener('abort', onClose, { once: true })
    if (response.destroyed || signal.aborted) onClose()
  })
}
