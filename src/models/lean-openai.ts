import OpenAI, { type ClientOptions } from 'openai'
import type { LeanFetch } from './lean-fetch.ts'

type BuildRequest = OpenAI['buildRequest']
type FetchWithTimeout = OpenAI['fetchWithTimeout']
type Built = Awaited<ReturnType<BuildRequest>>

/**
 * The openai package without what it does anew for each request although it always comes to the same, which is most of
 * what a call costs: URL and headers are worked out once, and time-out and signal are its transport's to heed.
 */
export class LeanOpenAI extends OpenAI {
  readonly #transport: LeanFetch['fetch']
  readonly #kinds = new Map<string, { url: string; headers: Readonly<Record<string, string>> }>()

  constructor(options: ClientOptions, transport: LeanFetch['fetch']) {
    super({ ...options, fetch: transport })
    this.#transport = transport
  }

  override async buildRequest(...[options, attempt]: Parameters<BuildRequest>): Promise<Built> {
    const { method, path, body, headers: own, timeout = this.timeout } = options
    const kind = `${method} ${path}`
    const known = this.#kinds.get(kind)
    if (!known) {
      const built = await super.buildRequest({ ...options, headers: {} }, attempt)
      this.#kinds.set(kind, { url: built.url, headers: Object.fromEntries(built.req.headers) })
      return this.buildRequest(options, attempt)
    }
    const headers = own ? { ...known.headers, ...(own as Record<string, string>) } : known.headers
    const signal = options.signal ? { signal: options.signal } : {}
    const req = { method, headers, body: JSON.stringify(body), ...signal }
    return { req: req as unknown as Built['req'], url: known.url, timeout }
  }

  override fetchWithTimeout(...[url, init, timeoutMs]: Parameters<FetchWithTimeout>): Promise<Response> {
    return this.#transport(url, { ...init, method: init?.method?.toUpperCase() ?? 'GET', timeoutMs })
  }
}
