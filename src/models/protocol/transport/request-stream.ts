import { Readable } from 'node:stream'
import OpenAI from 'openai'
import type { Dispatcher } from 'undici'
import { asFailure } from './as-failure.ts'
import { charsetDecoder } from './decode-body.ts'
import { createStreamReader, type StreamReader } from './read-event-stream.ts'
import { isPlainStream, type ReadResponse, readResponse } from './read-response.ts'
import type { Pausable, RestingSockets } from './resting-sockets.ts'
import type { Connection, KnowsConnection } from './stream-pool.ts'

type Head = Pick<Dispatcher.ResponseData, 'statusCode' | 'headers'>

/** How a response is heard while it comes. */
export interface Hearing {
  /** Longest answer. */
  readonly maxBytes: number
  /** Gets the text of the answer as it comes; must not throw. */
  readonly onText: (delta: string) => void
  /** What comes within this time may be heard together, at the next multiple of it; absent: each text as it comes. */
  readonly paceMs?: number | undefined
}

/** In the last so many paces before the time-out, all is read as it comes. */
const HURRIED_PACES = 4

/**
 * Sends a request, once, that asks for a stream, and reads the response as it comes, whatever it is. Connecting and reading
 * count towards the time-out.
 *
 * It is undici's `dispatch`, as for whole responses: `request` puts a stream and several listeners
 * between (docs/decisions/live-runs.md).
 * @throws what `asFailure` makes of a failure
 */
export function requestStream(
  dispatcher: Dispatcher,
  request: Dispatcher.DispatchOptions,
  signal: AbortSignal,
  timeoutMs: number,
  hearing: Hearing,
  resting: RestingSockets,
): Promise<{ response: Head; read: ReadResponse }> {
  return new Promise((resolve, reject) => {
    const exchange = new StreamExchange(signal, timeoutMs, hearing, resting, resolve, reject)
    if (!exchange.ended) dispatcher.dispatch(request, exchange)
  })
}

/** One request and its response. It ends once; what is left of the response then is read, so that the connection stays. */
class StreamExchange implements KnowsConnection {
  ended = false
  readonly #signal: AbortSignal
  readonly #hearing: Hearing
  readonly #resting: RestingSockets
  readonly #resolve: (value: { response: Head; read: ReadResponse }) => void
  readonly #reject: (reason: Error) => void
  readonly #timer: NodeJS.Timeout | null = null
  /** Until when the response may rest, ms of `performance.now()`. */
  readonly #calmUntil: number
  #connection: Connection | null = null
  #controller: Dispatcher.DispatchController | null = null
  #late: Error | undefined
  #reader: StreamReader | null = null
  /** The response, where it is no plain stream of events. */
  #body: Readable | null = null
  /** What one read has brought: it is read at once. */
  #parts: Buffer[] = []
  /** When it was read last, ms of `performance.now()`. */
  #readAt = Number.NEGATIVE_INFINITY
  /** True when it rested before the latest read. */
  #hasRested = false

  constructor(
    signal: AbortSignal,
    timeoutMs: number,
    hearing: Hearing,
    resting: RestingSockets,
    resolve: (value: { response: Head; read: ReadResponse }) => void,
    reject: (reason: Error) => void,
  ) {
    this.#signal = signal
    this.#hearing = hearing
    this.#resting = resting
    this.#resolve = resolve
    this.#reject = reject
    this.#calmUntil = performance.now() + timeoutMs - HURRIED_PACES * (hearing.paceMs ?? 0)
    if (signal.aborted) {
      this.#abort()
      return
    }
    signal.addEventListener('abort', this.#abort, { once: true })
    this.#timer = setTimeout(() => {
      this.#late = new OpenAI.APIConnectionTimeoutError()
      this.#stop(this.#late)
    }, timeoutMs)
  }

  onConnection(connection: Connection): void {
    this.#connection = connection
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller
    // It waited for a connection until now, and nobody waits for it any more.
    if (this.ended) controller.abort(new Error('ended before it was sent'))
  }

  onResponseStart(
    controller: Dispatcher.DispatchController,
    statusCode: number,
    headers: Head['headers'],
  ): void {
    // What comes before the response says nothing of it.
    if (statusCode < 200) return
    const { maxBytes, onText } = this.#hearing
    const response = { statusCode, headers }
    if (isPlainStream(response)) {
      const stop = (): void => controller.abort(new Error('nothing more of it is wanted'))
      this.#reader = createStreamReader(charsetDecoder(response), maxBytes, onText, stop)
      this.#settleWith(
        response,
        this.#reader.completion.then((completion) => ({ completion })),
      )
      return
    }
    const body = new Readable({
      read: () => controller.resume(),
      destroy(error, done) {
        if (!body.readableEnded) controller.abort(error ?? new Error('nothing more of it is wanted'))
        done(error)
      },
    })
    // Whoever reads it hears of an error; there may be nobody any more.
    body.on('error', () => {})
    this.#body = body
    this.#settleWith(response, readResponse({ ...response, body }, maxBytes, onText))
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#body && !this.#body.push(chunk)) controller.pause()
    if (!this.#reader || this.ended) return
    if (this.#parts.push(chunk) === 1) queueMicrotask(this.#readParts)
  }

  onResponseEnd(): void {
    this.#readParts()
    this.#reader?.end()
    this.#body?.push(null)
  }

  onResponseError(_: Dispatcher.DispatchController, error: Error): void {
    this.#readParts()
    this.#fail(error)
  }

  readonly #readParts = (): void => {
    const parts = this.#parts
    const reader = this.#reader
    if (parts.length === 0 || !reader) return
    this.#parts = []
    const [only] = parts.length === 1 ? parts : [Buffer.concat(parts)]
    reader.write(only as Buffer)
    const socket = this.#connection?.socket
    if (socket && !reader.isFinished && !this.ended) this.#restWhereQuick(socket, parts.length)
  }

  /** Of a slow answer each part is read as it comes: a rest would only cost, and the end of the answer come late. */
  #restWhereQuick(socket: Pausable, parts: number): void {
    const { paceMs } = this.#hearing
    if (paceMs === undefined) return
    const now = performance.now()
    const isQuick = this.#hasRested ? parts > 1 : now - this.#readAt < paceMs / 2
    this.#readAt = now
    this.#hasRested = isQuick && now < this.#calmUntil
    if (this.#hasRested) this.#resting.rest(socket, paceMs)
  }

  readonly #abort = (): void => {
    this.#stop(this.#signal.reason as Error)
  }

  #stop(error: Error): void {
    this.#fail(error)
    this.#controller?.abort(error)
  }

  #fail(error: Error): void {
    if (this.#reader) this.#reader.fail(error)
    else if (this.#body) this.#body.destroy(error)
    else this.#end(() => this.#reject(asFailure(error, this.#late)))
  }

  #settleWith(response: Head, reading: Promise<ReadResponse>): void {
    reading.then(
      (read) => this.#end(() => this.#resolve({ response, read })),
      (cause: unknown) => this.#end(() => this.#reject(asFailure(cause, this.#late))),
    )
  }

  #end(settle: () => void): void {
    if (this.ended) return
    this.ended = true
    if (this.#timer) clearTimeout(this.#timer)
    this.#signal.removeEventListener('abort', this.#abort)
    if (this.#connection?.socket) this.#resting.wake(this.#connection.socket)
    settle()
  }
}
