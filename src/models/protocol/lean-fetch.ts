import { type Dispatcher, errors, Pool } from 'undici'

type Headers = Record<string, string | string[] | undefined>

/** Raised when an answer is larger than the limit; the client turns it into a bad answer. */
export class ResponseTooLarge extends Error {
  override readonly name = 'ResponseTooLarge'
}

/** Raised when there is no whole answer within the time that it may take. */
export class TimedOut extends Error {
  override readonly name = 'TimedOut'
}

/** What is sent: as `fetch` has it, and how long everything may take, connecting and reading included, in ms. */
export type LeanInit = RequestInit & { readonly timeoutMs?: number }

/** The `fetch` of one server, and the pool of connections behind it. */
export interface LeanFetch {
  fetch(input: string | URL | Request, init?: LeanInit): Promise<Response>
  close(): Promise<void>
}

/**
 * A `fetch` for small JSON answers over a pool of kept-alive connections: a third of the CPU per call of the
 * global one. Bodies are read whole, up to `maxBytes`, before it resolves, so that the caller's signal and time-out
 * cover all of the exchange. It follows no redirects.
 */
export function leanFetch(baseUrl: string, maxBytes: number): LeanFetch {
  const pool = new Pool(new URL(baseUrl).origin, {
    // As many as a process may have runs at once: none may wait here, where nothing sees it.
    connections: 10_000,
    keepAliveTimeout: 30_000,
    headersTimeout: 0,
    bodyTimeout: 0,
    maxResponseSize: maxBytes,
    allowH2: false,
  })
  // A server is nearly always asked for the same, and parsing a URL is dear.
  let latest = { url: '', path: '' }
  const pathOf = (url: string): string => {
    if (url === latest.url) return latest.path
    const { pathname, search } = new URL(url)
    latest = { url, path: pathname + search }
    return latest.path
  }
  const send = (input: string | URL | Request, init: LeanInit = {}) =>
    new Promise<Response>((resolve, reject) => {
      const exchange = new Exchange(init.signal ?? null, init.timeoutMs, resolve, reject)
      if (exchange.ended) return
      const request = {
        path: pathOf(String(input)),
        method: (init.method ?? 'GET') as Dispatcher.HttpMethod,
        headers: init.headers as Iterable<[string, string]>,
        body: (init.body as string | undefined) ?? null,
      }
      pool.dispatch(request, exchange)
    })
  return { fetch: send, close: () => pool.destroy() }
}

/** One request and its answer. It ends once: with a whole answer, an error, or the signal. */
class Exchange implements Dispatcher.DispatchHandler {
  ended = false
  readonly #signal: AbortSignal | null
  readonly #resolve: (response: Response) => void
  readonly #reject: (reason: unknown) => void
  readonly #chunks: Buffer[] = []
  #controller: Dispatcher.DispatchController | null = null
  readonly #timer: NodeJS.Timeout | undefined
  #status = 0
  #headers: Headers = {}

  constructor(
    signal: AbortSignal | null,
    timeoutMs: number | undefined,
    resolve: (response: Response) => void,
    reject: (reason: unknown) => void,
  ) {
    this.#signal = signal
    this.#resolve = resolve
    this.#reject = reject
    if (signal?.aborted) {
      this.#onAbort()
      return
    }
    signal?.addEventListener('abort', this.#onAbort, { once: true })
    if (timeoutMs !== undefined) this.#timer = setTimeout(() => this.#giveUp(), timeoutMs)
  }

  /** An abort while the request still waits for a connection rejects at once; undici hears of it later. */
  readonly #onAbort = () => {
    const reason: unknown = this.#signal?.reason
    this.#end(() => this.#reject(reason))
    this.#controller?.abort(new Error('aborted'))
  }

  #giveUp(): void {
    const error = new TimedOut('timed out')
    this.#end(() => this.#reject(error))
    this.#controller?.abort(error)
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller
    if (this.ended) controller.abort(new Error('aborted'))
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number, headers: Headers): void {
    this.#status = status
    this.#headers = headers
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#chunks.push(chunk)
  }

  onResponseEnd(): void {
    const response = new WholeResponse(this.#status, this.#headers, this.#chunks)
    this.#end(() => this.#resolve(response as unknown as Response))
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    const tooLarge = error instanceof errors.ResponseExceededMaxSizeError
    this.#end(() => this.#reject(tooLarge ? new ResponseTooLarge(error.message) : error))
  }

  #end(settle: () => void): void {
    if (this.ended) return
    this.ended = true
    clearTimeout(this.#timer)
    this.#signal?.removeEventListener('abort', this.#onAbort)
    settle()
  }
}

/** As much of a `Response` as the openai package reads; a real one costs a stream per answer. */
class WholeResponse {
  readonly status: number
  readonly ok: boolean
  readonly url = ''
  readonly body = null
  readonly headers: { get(name: string): string | null }
  readonly #chunks: readonly Buffer[]

  constructor(status: number, headers: Headers, chunks: readonly Buffer[]) {
    this.status = status
    this.ok = status >= 200 && status < 300
    // Names are in lower case, as undici gives them and as the package asks for them.
    this.headers = { get: (name) => headers[name]?.toString() ?? null }
    this.#chunks = chunks
  }

  async text(): Promise<string> {
    const [only] = this.#chunks.length === 1 ? this.#chunks : [Buffer.concat(this.#chunks)]
    return (only as Buffer).toString()
  }
}
