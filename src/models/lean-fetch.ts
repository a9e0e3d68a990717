import { Pool } from 'undici'

/** Raised when an answer is larger than the limit; the client turns it into a bad answer. */
export class ResponseTooLarge extends Error {
  override readonly name = 'ResponseTooLarge'
}

/** The `fetch` of one server, and the pool of connections behind it. */
export interface LeanFetch {
  readonly fetch: typeof fetch
  close(): Promise<void>
}

/**
 * A `fetch` for small JSON answers over a pool of kept-alive connections: several times cheaper per call than
 * the global one. Bodies are read whole, up to `maxBytes`. Time-outs are the caller's, through its signal.
 */
export function leanFetch(baseUrl: string, maxBytes: number): LeanFetch {
  const pool = new Pool(new URL(baseUrl).origin, {
    connections: 2048,
    keepAliveTimeout: 30_000,
    headersTimeout: 0,
    bodyTimeout: 0,
  })
  const send: typeof fetch = async (input, init = {}) => {
    const url = new URL(String(input))
    const headers: Record<string, string> = {}
    new Headers(init.headers).forEach((value, name) => {
      headers[name] = value
    })
    const answer = await pool.request({
      path: url.pathname + url.search,
      method: (init.method ?? 'GET') as 'GET' | 'POST',
      headers,
      body: (init.body as string | undefined) ?? null,
      signal: init.signal ?? null,
    })
    const parts: Buffer[] = []
    let size = 0
    for await (const part of answer.body as AsyncIterable<Buffer>) {
      size += part.length
      if (size > maxBytes) {
        answer.body.destroy()
        throw new ResponseTooLarge(`the answer is larger than ${maxBytes} bytes`)
      }
      parts.push(part)
    }
    const received = Object.entries(answer.headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, String(value)] as [string, string]],
    )
    const empty = answer.statusCode === 204 || answer.statusCode === 304
    return new Response(empty ? null : Buffer.concat(parts), { status: answer.statusCode, headers: received })
  }
  return { fetch: send, close: () => pool.destroy() }
}
