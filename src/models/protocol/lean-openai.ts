import OpenAI, { type ClientOptions } from 'openai'
import { type LeanFetch, TimedOut } from './lean-fetch.ts'

type Request = OpenAI['request']
type Options = Awaited<Parameters<Request>[0]>

/**
 * The openai package without what it does anew for each request although it always comes to the same, which is most of
 * what a call costs. The package says where a request goes, with which headers, and what a status means; the exchange
 * is its transport's, which heeds time-out and signal. It never tries again, and knows no streams.
 */
export class LeanOpenAI extends OpenAI {
  readonly #transport: LeanFetch['fetch']
  readonly #kinds = new Map<string, { url: string; headers: Readonly<Record<string, string>> }>()

  constructor(options: ClientOptions, transport: LeanFetch['fetch']) {
    super(options)
    this.#transport = transport
  }

  override request<Answer>(
    ...[options]: Parameters<Request>
  ): ReturnType<typeof OpenAI.prototype.request<Answer>> {
    const answer = this.#exchange(options)
    // As much of its own promises as the package asks for: what it would unwrap is a stream.
    return Object.assign(answer, { _thenUnwrap: () => answer }) as never
  }

  async #exchange(options: Options | PromiseLike<Options>): Promise<unknown> {
    const asked = await options
    const { method, body, signal, timeout: timeoutMs = this.timeout } = asked
    const { url, headers } = await this.#placeOf(asked)
    const response = await this.#transport(url, {
      method: method.toUpperCase(),
      headers: asked.headers ? { ...headers, ...(asked.headers as Record<string, string>) } : headers,
      body: JSON.stringify(body),
      signal: signal ?? null,
      timeoutMs,
    }).catch((cause: Error) => {
      if (cause instanceof TimedOut) throw new OpenAI.APIConnectionTimeoutError()
      throw new OpenAI.APIConnectionError({ cause })
    })
    const text = await response.text()
    if (response.ok) return JSON.parse(text)
    const { fault, words } = readFault(text)
    throw this.makeStatusError(response.status, fault as object, words, response.headers)
  }

  /** Where requests of a kind go, and the headers that all of them have. */
  async #placeOf(options: Options) {
    const kind = `${options.method} ${options.path}`
    const known = this.#kinds.get(kind)
    if (known) return known
    const { url, req } = await this.buildRequest({ ...options, headers: {} })
    // What the package tells OpenAI of the machine it runs on is nobody's business, least of all another server's.
    const headers = [...req.headers].filter(([name]) => !name.startsWith('x-stainless-'))
    const place = { url, headers: Object.fromEntries(headers) }
    this.#kinds.set(kind, place)
    return place
  }
}

/** What an error says, which is not always JSON. */
function readFault(text: string): { fault: object | undefined; words: string | undefined } {
  try {
    return { fault: JSON.parse(text) as object, words: undefined }
  } catch {
    return { fault: undefined, words: text }
  }
}
