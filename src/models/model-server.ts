import type { RateLimits } from './limits/rate-limits.ts'

/** How a server is told who calls: `Authorization: Bearer KEY`, no key at all, or the key alone in a header of this name. */
export type AuthScheme = 'bearer' | 'none' | { readonly header: string }

/** Which proxies stand before a server. */
export interface ProxyRules {
  /** URL of the proxy for servers at `http:`; null for none. */
  readonly http: string | null
  /** URL of the proxy for servers at `https:`; null for none. */
  readonly https: string | null
  /** Hosts that are reached without a proxy, as `NO_PROXY` has them. */
  readonly except: string
}

/** How requests get to a server, where that is not as usual. Values are secrets: they are never logged and never shown. */
export interface ServerTransport {
  readonly auth: AuthScheme
  /** Sent with every request; names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  /** Added to the query of every request. */
  readonly query: Readonly<Record<string, string>>
  /** Null: straight to the server. */
  readonly proxy: ProxyRules | null
  /** PEM texts: authorities that are trusted beside the usual ones, and a certificate of this client with its key. */
  readonly tls: { readonly ca?: string; readonly cert?: string; readonly key?: string }
  /** What must never be in a log, beside `apiKey`: values of headers and of the query that came from the environment. */
  readonly secrets: readonly string[]
}

/** A server that speaks the OpenAI protocol. Its key is a secret: it is never logged and never shown. */
export interface ModelServer {
  readonly name: string
  /** With the version segment, as the openai package expects it: `https://api.openai.com/v1`. */
  readonly baseUrl: string
  /** Empty where the server wants none: no Authorization header is sent then. */
  readonly apiKey: string
  /** Longest time of one call, in milliseconds. */
  readonly timeoutMs: number
  /** Absent: the key as a bearer token, no further headers, no proxy, the usual certificates. */
  readonly transport?: ServerTransport
  /** Of all its models together, for the whole fleet; absent: none. */
  readonly limits?: RateLimits
}

/** A shorter key is none, such as the `none` for a server without one: an ordinary word, which is not hidden. */
const SHORTEST_KEY = 12
const SHORTEST_SECRET = 6

/** What no log and no error may show of a server. */
export function secretsOf({ apiKey, baseUrl, transport }: ModelServer): readonly string[] {
  const { username, password } = new URL(baseUrl)
  const basic = Buffer.from(`${decode(username)}:${decode(password)}`).toString('base64')
  const others = [...(transport?.secrets ?? []), ...(password ? [password, decode(password), basic] : [])]
  return [
    ...(apiKey.length >= SHORTEST_KEY ? [apiKey] : []),
    ...others.filter((secret) => secret.length >= SHORTEST_SECRET),
  ]
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
