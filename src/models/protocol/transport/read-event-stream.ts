import type { Readable } from 'node:stream'
import type { TextDecoder } from 'node:util'
import { errors } from 'undici'
import { createEventFeed } from './event-feed.ts'
import { StreamedCompletion } from './streamed-completion.ts'

/** Usage comes after the end of the answer, and [DONE] after that: both at once with any server that sends them. */
const LINGER_MS = 5000

/** A stream that ended before its answer did. */
export class StreamCut extends Error {
  override readonly name = 'StreamCut'
  readonly code = 'STREAM_CUT'
}

/** A stream that broke after a part of its answer had come. */
export class BrokenStream extends Error {
  override readonly name = 'BrokenStream'
  readonly failure: unknown
  /** What the server would have sent without a stream, as far as it came. */
  readonly body: Readonly<Record<string, unknown>>

  constructor(failure: unknown, body: Readonly<Record<string, unknown>>) {
    super('the stream broke', { cause: failure })
    this.failure = failure
    this.body = body
  }
}

/**
 * Reads a streamed chat completion as it comes, until `[DONE]`, and resolves to the body that the server would have sent
 * without a stream. What follows `[DONE]` is read in the background, so that the connection can be used again.
 * @param maxChars longest answer: its text, reasoning and calls together
 * @throws {StreamCut} when the stream ends without `[DONE]` and without a finish reason
 * @throws {SyntaxError} when an event is no JSON
 * @throws {BrokenStream} with any of these where something of the answer had come
 */
export function readEventStream(
  body: Readable,
  decoder: TextDecoder,
  maxChars: number,
  onText: ((delta: string) => void) | null,
): Promise<Record<string, unknown>> {
  const completion = new StreamedCompletion(onText)
  const feed = eventFeed(completion, maxChars)
  return new Promise((resolve, reject) => {
    let timer: NodeJS.Timeout | null = null
    const end = (error?: Error) => {
      if (timer) clearTimeout(timer)
      if (completion.isWhole) resolve(completion.toBody())
      else reject(brokenBy(error ?? new StreamCut('the stream ended before the answer'), completion))
    }
    const refuse = (error: unknown) => {
      reject(brokenBy(error, completion))
      body.destroy()
    }
    body.on('data', (bytes: Buffer) => {
      if (completion.isDone) return
      try {
        feed(decoder.decode(bytes, { stream: true }))
      } catch (error) {
        return refuse(error)
      }
      if (completion.isDone) resolve(completion.toBody())
      if (completion.isWhole) timer ??= setTimeout(() => body.destroy(), LINGER_MS)
    })
    body.on('end', () => {
      try {
        // The last event may lack its empty line; where it is cut in two, the whole is.
        if (!completion.isDone) feed(`${decoder.decode()}\n\n`)
      } catch {
        // Told as what it is below.
      }
      end()
    })
    body.on('error', end)
  })
}

/** The same for a stream that has come whole, because the server was not asked for one. */
export function parseEventStream(text: string, maxChars: number): Record<string, unknown> {
  const completion = new StreamedCompletion()
  try {
    eventFeed(completion, maxChars)(`${text}\n\n`)
    if (!completion.isWhole) throw new StreamCut('the stream ended before the answer')
  } catch (error) {
    throw brokenBy(error, completion)
  }
  return completion.toBody()
}

const brokenBy = (error: unknown, completion: StreamedCompletion): unknown =>
  completion.size > 0 ? new BrokenStream(error, completion.toBody()) : error

function eventFeed(completion: StreamedCompletion, maxChars: number): (text: string) => void {
  const tooLong = (): never => {
    throw new errors.ResponseExceededMaxSizeError(`more than ${maxChars} characters`)
  }
  const feed = createEventFeed((event, data) => completion.add(event, data), maxChars, tooLong)
  return (text) => {
    feed(text)
    if (completion.size > maxChars) tooLong()
  }
}
