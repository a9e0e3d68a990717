import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import type { Cleanup } from './system.ts'

/** What a provider permits: per minute, and in flight. */
export interface ServerLimits {
  readonly requests?: number
  readonly tokens?: number
  readonly concurrent?: number
}

export interface LimitedServerOptions extends ServerLimits {
  /** Tokens that a call really uses; by default 10 each. */
  readonly uses?: (call: number, prompt: string) => { input: number; output: number }
  readonly latencyMs?: number
  /** Whether its answers have the `x-ratelimit-*` headers of its limits. */
  readonly says?: boolean
  /** Ms that it asks to wait in a 429. */
  readonly retryAfterMs?: number
}

/** Prompts that it remembers. */
const MOST_PROMPTS = 10_000

class Bucket {
  readonly #most: number
  #level: number
  #at = performance.now()

  constructor(most: number) {
    this.#most = most
    this.#level = most
  }

  get level(): number {
    const now = performance.now()
    this.#level = Math.min(this.#most, this.#level + ((now - this.#at) * this.#most) / 60_000)
    this.#at = now
    return this.#level
  }

  take(amount: number): void {
    this.#level = this.level - amount
  }
}

/** What a limited server has seen so far. */
export interface LimitedServerSeen {
  served: number
  refused: number
  inFlight: number
  mostInFlight: number
  tokens: number
  /** Tokens of the prompts that begin with `[name]`, by the name. */
  tokensByMark: Record<string, number>
}

/**
 * A model server that keeps its limits as providers do: a bucket of a minute's worth that fills continuously, and a number
 * of calls in flight. It answers 429 to what does not fit. A call whose client is gone is in flight no longer. A GET
 * answers what it has seen.
 */
export async function startLimitedServer(t: Cleanup, options: LimitedServerOptions) {
  const { requests, tokens, concurrent, latencyMs = 0 } = options
  const uses = options.uses ?? (() => ({ input: 10, output: 10 }))
  const perMinute = {
    requests: requests ? new Bucket(requests) : null,
    tokens: tokens ? new Bucket(tokens) : null,
  }
  const seen: LimitedServerSeen & { prompts: string[] } = {
    ...{ served: 0, refused: 0, inFlight: 0, mostInFlight: 0, tokens: 0, tokensByMark: {}, prompts: [] },
  }

  const server = createServer(async (request, response) => {
    if (request.method === 'GET') {
      response.end(JSON.stringify({ ...seen, prompts: [] }))
      return
    }
    let body = ''
    for await (const part of request) body += part
    const prompt: string = JSON.parse(body).messages.at(-1).content
    const used = uses(seen.served, prompt)
    const size = used.input + used.output
    const fits =
      (!perMinute.requests || perMinute.requests.level >= 1) &&
      (!perMinute.tokens || perMinute.tokens.level >= Math.min(size, tokens ?? size)) &&
      (!concurrent || seen.inFlight < concurrent)
    if (!fits) {
      seen.refused += 1
      const headers = {
        'content-type': 'application/json',
        'retry-after-ms': String(options.retryAfterMs ?? 1000),
      }
      response
        .writeHead(429, headers)
        .end(JSON.stringify({ error: { message: 'too many', type: 'rate_limit' } }))
      return
    }
    perMinute.requests?.take(1)
    perMinute.tokens?.take(size)
    seen.served += 1
    seen.tokens += size
    seen.inFlight += 1
    seen.mostInFlight = Math.max(seen.mostInFlight, seen.inFlight)
    const mark = /^\[(\w+)\]/.exec(prompt)?.[1]
    if (mark) seen.tokensByMark[mark] = (seen.tokensByMark[mark] ?? 0) + size
    if (seen.prompts.length < MOST_PROMPTS) seen.prompts.push(prompt)
    await Promise.race([pause(latencyMs, undefined, { ref: false }), once(response, 'close')])
    seen.inFlight -= 1
    if (response.destroyed) return
    const said = {
      ...(requests && {
        'x-ratelimit-limit-requests': String(requests),
        'x-ratelimit-remaining-requests': String(Math.max(0, Math.floor(perMinute.requests?.level ?? 0))),
      }),
      ...(tokens && {
        'x-ratelimit-limit-tokens': String(tokens),
        'x-ratelimit-remaining-tokens': String(Math.max(0, Math.floor(perMinute.tokens?.level ?? 0))),
      }),
    }
    response.writeHead(200, { 'content-type': 'application/json', ...(options.says ? said : {}) })
    response.end(
      JSON.stringify({
        object: 'chat.completion',
        model: 'limited',
        choices: [
          {
            index: 0,
            finish_reason: 'stop',
            message: { role: 'assistant', content: '{"answer":"yes","score":1}' },
          },
        ],
        usage: { prompt_tokens: used.input, completion_tokens: used.output, total_tokens: size },
      }),
    )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(
    () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  )
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`, seen }
}
