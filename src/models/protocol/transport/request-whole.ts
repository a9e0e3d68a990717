import OpenAI from 'openai'
import type { Dispatcher } from 'undici'

type Headers = Record<string, string | string[] | undefined>

/** A response that was read to its end. */
export interface WholeResponse {
  readonly statusCode: number
  /** By their names in lower case. */
  readonly headers: Headers
  readonly body: Buffer
}

/**
 * Sends a request, once, and reads its response whole. Connecting and reading count towards the time-out.
 *
 * It is undici's `dispatch`, since `request` makes a stream, an AbortController and several listeners for each answer of a
 * few hundred bytes (docs/decisions/tricks.md).
 * @throws {OpenAI.APIConnectionTimeoutError} when there is no whole response within `timeoutMs`
 * @throws {OpenAI.APIConnectionError} for any other failure, whose cause it has, and when `signal` fires
 */
export function requestWhole(
  dispatcher: Dispatcher,
  request: Dispatcher.DispatchOptions,
  signal: AbortSignal,
  timeoutMs: number,
): Promise<WholeResponse> {
  return new Promise((resolve, reject) => {
    const exchange = new Exchange(signal, timeoutMs, resolve, reject)
    if (!exchange.ended) dispatcher.dispatch(request, exchange)
  })
}

/** One request and its response. It ends once: with a whole response, an error, the time-out, or the signal. */
class Exchange implements Dispatcher.DispatchHandler {
  ended = false
  readonly #signal: AbortSignal
  readonly #resolve: (response: WholeResponse) => void
  readonly #reject: (reason: Error) => void
  readonly #timer: NodeJS.Timeout | null = null
  readonly #chunks: Buffer[] = []
  #controller: Dispatcher.DispatchController | null = null
  #statusCode = 0
  #headers: Headers = {}

  constructor(
    signal: AbortSignal,
    timeoutMs: number,
    resolve: (response: WholeResponse) => void,
    reject: (reason: Error) => void,
  ) {
    this.#signal = signal
    this.#resolve = resolve
    this.#reject = reject
    if (signal.aborted) {
      this.#abort()
      return
    }
    signal.addEventListener('abort', this.#abort, { once: true })
    this.#timer = setTimeout(() => this.#stop(new OpenAI.APIConnectionTimeoutError()), timeoutMs)
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller
    // It waited for a connection until now, and nobody waits for it any more.
    if (this.ended) controller.abort(new Error('ended before it was sent'))
  }

  onResponseStart(_: Dispatcher.DispatchController, statusCode: number, headers: Headers): void {
    this.#statusCode = statusCode
    this.#headers = headers
  }

  onResponseData(_: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#chunks.push(chunk)
  }

  onResponseEnd(): void {
    const [only] = this.#chunks.length === 1 ? this.#chunks : [Buffer.concat(this.#chunks)]
    const response = { statusCode: this.#statusCode, headers: this.#headers, body: only as Buffer }
    this.#end(() => this.#resolve(response))
  }

  onResponseError(_: Dispatcher.DispatchController, cause: Error): void {
    this.#end(() => this.#reject(new OpenAI.APIConnectionError({ cause })))
  }

  /** Rejects at once; a request that waits for a connection hears of it when it gets one. */
  readonly #abort = (): void => {
    this.#stop(new OpenAI.APIConnectionError({ cause: this.#signal.reason as Error }))
  }

  #stop(error: Error): void {
    this.#end(() => this.#reject(error))
    this.#controller?.abort(error)
  }

  #end(settle: () => void): void {
    if (this.ended) return
    this.ended = true
    if (this.#timer) clearTimeout(this.#timer)
    this.#signal.removeEventListener('abort', this.#abort)
    settle()
  }
}
