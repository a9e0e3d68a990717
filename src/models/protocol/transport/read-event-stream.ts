import type { Readable } from 'node:stream'
import type { TextDecoder } from 'node:util'
import { errors } from 'undici'
import { createEventFeed } from './event-feed.ts'
import { isJson } from './is-json.ts'
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

/** Takes a streamed chat completion as it comes, or what is only called a stream, and is the JSON of an answer. */
export interface StreamReader {
  /**
   * Resolves with `[DONE]` to the body that the server would have sent without a stream. What comes after that is passed
   * over, so that the connection can be used again.
   * @throws {StreamCut} when the stream ends without `[DONE]` and without a finish reason
   * @throws {SyntaxError} when an event begins as JSON, and is none
   * @throws {BrokenStream} with any of these where something of the answer had come
   */
  readonly completion: Promise<Record<string, unknown>>
  /** True when the server has said how the answer ended: nothing of its text comes any more. */
  readonly isFinished: boolean
  write(bytes: Uint8Array): void
  end(): void
  fail(error: Error): void
}

/**
 * @param maxChars longest answer: its text, reasoning and calls together
 * @param stop called when nothing more is wanted, though the stream goes on
 */
export function createStreamReader(
  decoder: TextDecoder,
  maxChars: number,
  onText: ((delta: string) => void) | null,
  stop: () => void,
): StreamReader {
  const completion = new StreamedCompletion(onText)
  const feed = eventFeed(completion, maxChars)
  const { promise, resolve, reject } = Promise.withResolvers<Record<string, unknown>>()
  let timer: NodeJS.Timeout | null = null
  let isRefused = false
  /** JSON in place of a stream; null for a stream, undefined until that is known. */
  let json: string | null | undefined
  const take = (text: string): void => {
    if (json === undefined && /\S/.test(text)) json = isJson(text) ? '' : null
    if (typeof json !== 'string') feed(text)
    else if (json.length + text.length > maxChars) tooLong(maxChars)
    else json += text
  }
  const finish = (error?: Error): void => {
    if (timer) clearTimeout(timer)
    if (!error) completion.end()
    if (completion.isWhole) resolve(completion.toBody())
    else if (typeof json === 'string' && !error) resolveJson(json, resolve, reject)
    else reject(brokenBy(error ?? new StreamCut('the stream ended before the answer'), completion))
  }
  return {
    completion: promise,
    get isFinished() {
      return completion.isWhole
    },
    write(bytes) {
      if (completion.isDone || isRefused) return
      try {
        take(decoder.decode(bytes, { stream: true }))
      } catch (error) {
        isRefused = true
        // What comes after the end of an answer takes nothing from it.
        if (completion.isWhole && error instanceof SyntaxError) resolve(completion.toBody())
        else reject(brokenBy(error, completion))
        stop()
        return
      }
      if (completion.isDone) resolve(completion.toBody())
      if (completion.isWhole) timer ??= setTimeout(stop, LINGER_MS)
    },
    end() {
      try {
        // The last event may lack its empty line; where it is cut in two, the whole is.
        if (!completion.isDone) take(`${decoder.decode()}\n\n`)
      } catch {
        // Told as what it is below.
      }
      finish()
    },
    fail: finish,
  }
}

/** The same for a body that is a stream of Node's. */
export function readEventStream(
  body: Readable,
  decoder: TextDecoder,
  maxChars: number,
  onText: ((delta: string) => void) | null,
): Promise<Record<string, unknown>> {
  const reader = createStreamReader(decoder, maxChars, onText, () => body.destroy())
  body.on('data', (bytes: Buffer) => reader.write(bytes))
  body.on('end', () => reader.end())
  body.on('error', (error) => reader.fail(error))
  return reader.completion
}

/** The same for a stream that has come whole, because the server was not asked for one. */
export function parseEventStream(text: string, maxChars: number): Record<string, unknown> {
  const completion = new StreamedCompletion()
  try {
    try {
      eventFeed(completion, maxChars)(`${text}\n\n`)
    } catch (error) {
      if (!completion.isWhole || !(error instanceof SyntaxError)) throw error
    }
    completion.end()
    if (!completion.isWhole) throw new StreamCut('the stream ended before the answer')
  } catch (error) {
    throw brokenBy(error, completion)
  }
  return completion.toBody()
}

const brokenBy = (error: unknown, completion: StreamedCompletion): unknown =>
  completion.size > 0 ? new BrokenStream(error, completion.toBody()) : error

function resolveJson(
  text: string,
  resolve: (body: Record<string, unknown>) => void,
  reject: (error: unknown) => void,
): void {
  try {
    resolve(JSON.parse(text) as Record<string, unknown>)
  } catch (error) {
    reject(error)
  }
}

function tooLong(maxChars: number): never {
  throw new errors.ResponseExceededMaxSizeError(`more than ${maxChars} characters`)
}

function eventFeed(completion: StreamedCompletion, maxChars: number): (text: string) => void {
  const add = (event: string | undefined, data: string) => completion.add(event, data)
  const feed = createEventFeed(
    add,
    maxChars,
    () => tooLong(maxChars),
    (text) => completion.addAlike(text),
  )
  return (text) => {
    try {
      feed(text)
    } finally {
      completion.tellText()
    }
    if (completion.size > maxChars) tooLong(maxChars)
  }
}
