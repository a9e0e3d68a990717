/** What every call takes. */
export interface CallOptions {
  /** Ends the call, and what it waits for; it then rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined
  /** Milliseconds within which one answer has to be there, beyond what the server was asked to wait. */
  readonly timeoutMs?: number | undefined
}

export interface ClientOptions {
  /** Where the server is, such as `https://splitrun.example` or, in a browser, `..`; with or without `/api/v1`. */
  readonly baseUrl: string
  /** An API key or a task's token, or what brings one; asked before each call. */
  readonly token?: string | (() => string | Promise<string>) | undefined
  /** An OAuth client instead: its tokens are fetched, kept while they last, and fetched anew. */
  readonly clientId?: string | undefined
  readonly clientSecret?: string | undefined
  /** Ids; where one is absent, both are asked for once, of `/whoami`. */
  readonly org?: string | undefined
  readonly project?: string | undefined
  /** Instead of the global `fetch`. */
  readonly fetch?: ((url: string, init: RequestInit) => Promise<Response>) | undefined
  /** Sent with each call. */
  readonly headers?: Readonly<Record<string, string>> | undefined
  /** How often a call that was refused for now is tried again; default 2. */
  readonly maxRetries?: number | undefined
  /** Longest wait before a retry; a server that asks for more is not tried again. Default 60,000. */
  readonly maxRetryDelayMs?: number | undefined
  /** How long a run is kept up with while the server cannot be reached; default 60,000. */
  readonly patienceMs?: number | undefined
  /** Seconds of one wait for a run's end. Stay below what proxies allow a silent call; default 25. */
  readonly pollSeconds?: number | undefined
  /** Default 60,000. */
  readonly timeoutMs?: number | undefined
}

export type ReadyOptions = ReturnType<typeof readOptions>

/** @throws {TypeError} for options that contradict each other, or that no call could be made with */
export function readOptions(given: ClientOptions) {
  const { baseUrl, token, clientId, clientSecret } = given
  if (typeof baseUrl !== 'string') throw new TypeError('baseUrl is missing: where is the server?')
  if ((clientId === undefined) !== (clientSecret === undefined)) {
    throw new TypeError('clientId and clientSecret belong together')
  }
  // Only a page knows what it is relative to.
  if (!given.fetch && !('location' in globalThis)) new URL(baseUrl)
  if (token !== undefined && clientId !== undefined)
    throw new TypeError('either a token or a client, not both')
  if (token === '') throw new TypeError('the token is empty')
  const call = given.fetch
  const bare = baseUrl.replace(/\/+$/, '')
  return {
    ...given,
    api: /\/api\/v1$/.test(bare) ? bare : `${bare}/api/v1`,
    // Called bare: a browser's own wants no other `this`.
    fetch: (url: string, init: RequestInit) => (call ?? fetch)(url, init),
    maxRetries: atLeast('maxRetries', given.maxRetries, 2, 0),
    maxRetryDelayMs: atLeast('maxRetryDelayMs', given.maxRetryDelayMs, 60_000, 0),
    patienceMs: atLeast('patienceMs', given.patienceMs, 60_000, 0),
    // No server waits longer than an hour.
    pollSeconds: Math.min(3600, atLeast('pollSeconds', given.pollSeconds, 25, 1)),
    timeoutMs: atLeast('timeoutMs', given.timeoutMs, 60_000, 1),
  }
}

function atLeast(name: string, given: number | undefined, otherwise: number, least: number): number {
  const value = given ?? otherwise
  if (value >= least) return value
  throw new TypeError(`${name} has to be a number of at least ${least}`)
}
