import OpenAI from 'openai'
import { type Dispatcher, Pool } from 'undici'
import type { ModelServer } from '../model.ts'

/** The connections to one server, kept alive and shared by all calls to it. */
export interface ChatConnection {
  /**
   * Sends one request, once, and resolves to the JSON of its completion, whatever its shape. Connecting and reading
   * count towards the server's time-out. No redirect is followed.
   * @param body JSON
   * @param headers beside those that every request has
   * @throws {OpenAI.APIError} what the package throws: a status that is no success, no connection, no time left
   * @throws {SyntaxError} when a success is no JSON
   */
  send(body: string, headers: Readonly<Record<string, string>>, signal: AbortSignal): Promise<unknown>
  /** Ends what is under way. */
  close(): Promise<void>
}

/**
 * The exchange is undici's `request`, without the client of the openai package, whose retries and headers that tell of
 * this machine are not wanted here. That client over undici's `fetch` took 552 us more CPU for a call than the exchange
 * before this one, `request` 20 to 30: medians of pairs, November 2026 (docs/decisions/tricks.md).
 * @param maxBytes longest response
 * @param endpoint below the base URL
 */
export function openChatConnection(
  server: ModelServer,
  maxBytes: number,
  endpoint = '/chat/completions',
): ChatConnection {
  const { origin, path } = placeOf(server.baseUrl, endpoint)
  const pool = new Pool(origin, {
    // As many as a process may have runs at once: none may wait here, where nothing sees it.
    connections: 10_000,
    keepAliveTimeout: 30_000,
    // The time-out of the whole call is the only one.
    headersTimeout: 0,
    bodyTimeout: 0,
    maxResponseSize: maxBytes,
    allowH2: false,
  })
  const common = {
    accept: 'application/json',
    'content-type': 'application/json',
    'user-agent': 'splitrun',
    ...(server.apiKey ? { authorization: `Bearer ${server.apiKey}` } : {}),
  }
  const timeoutMs = Math.max(1, Math.round(server.timeoutMs))
  return {
    async send(body, headers, signal) {
      const request = { path, method: 'POST', headers: { ...common, ...headers }, body } as const
      const { status, text, ...response } = await exchange(pool, request, signal, timeoutMs)
      if (status >= 200 && status < 300) return JSON.parse(text)
      const [error, words] = readError(text)
      throw OpenAI.APIError.generate(status, error, words, toHeaders(response.headers))
    },
    close: () => pool.destroy(),
  }
}

type Request = Dispatcher.RequestOptions

async function exchange(pool: Pool, request: Request, caller: AbortSignal, timeoutMs: number) {
  // `AbortSignal.any` with `AbortSignal.timeout` would say the same, and cost as much again as the exchange.
  const either = new AbortController()
  const abort = () => either.abort(caller.reason)
  if (caller.aborted) abort()
  caller.addEventListener('abort', abort, { once: true })
  let isLate = false
  const timer = setTimeout(() => {
    isLate = true
    either.abort()
  }, timeoutMs)
  try {
    const response = await pool.request({ ...request, signal: either.signal })
    return { status: response.statusCode, headers: response.headers, text: await response.body.text() }
  } catch (cause) {
    if (isLate) throw new OpenAI.APIConnectionTimeoutError()
    throw new OpenAI.APIConnectionError({ cause: cause as Error })
  } finally {
    clearTimeout(timer)
    caller.removeEventListener('abort', abort)
  }
}

/** `https://host/v1/?a=b` has its completions at `/v1/chat/completions?a=b`. */
function placeOf(baseUrl: string, endpoint: string): { origin: string; path: string } {
  const { origin, pathname, search } = new URL(baseUrl)
  return { origin, path: `${pathname.replace(/\/+$/, '')}${endpoint}${search}` }
}

/** What an error says, which is not always JSON. */
function readError(text: string): [error: object | undefined, words: string | undefined] {
  try {
    return [JSON.parse(text) as object, undefined]
  } catch {
    return [undefined, text]
  }
}

function toHeaders(all: Dispatcher.ResponseData['headers']): Headers {
  const headers = new Headers()
  for (const [name, values] of Object.entries(all)) {
    for (const value of [values ?? []].flat()) headers.append(name, value)
  }
  return headers
}
