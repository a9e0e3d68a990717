import type { ModelServer } from '../../model-server.ts'

/** What is the same in every request to one endpoint of a server. */
export interface RequestHead {
  readonly origin: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  /** Texts of the configuration, beside the key, that no log and no error may show. */
  readonly secrets: readonly string[]
}

/**
 * `https://host/v1/?a=b` has its endpoints at `/v1/ENDPOINT?a=b`. A name and a password in the URL are sent as HTTP Basic,
 * unless the key is sent in the same header.
 */
export function requestHead({ baseUrl, apiKey, transport }: ModelServer, endpoint: string): RequestHead {
  const url = new URL(baseUrl)
  const added = Object.entries(transport?.query ?? {})
  for (const [name, value] of added) url.searchParams.set(name, value)
  const [username, password] = [decode(url.username), decode(url.password)]
  const basic = Buffer.from(`${username}:${password}`).toString('base64')
  const auth = transport?.auth ?? 'bearer'
  return {
    origin: url.origin,
    path: `${url.pathname.replace(/\/+$/, '')}${endpoint}${url.search}`,
    headers: {
      accept: 'application/json',
      'content-type': 'application/json',
      'user-agent': 'splitrun',
      ...(username || password ? { authorization: `Basic ${basic}` } : {}),
      ...(apiKey && auth === 'bearer' ? { authorization: `Bearer ${apiKey}` } : {}),
      ...(apiKey && typeof auth === 'object' ? { [auth.header.toLowerCase()]: apiKey } : {}),
      ...transport?.headers,
    },
    // A shorter one is an ordinary word, which need not be hidden and would be cut out of every text.
    secrets: [...(transport?.secrets ?? []), password, basic].filter((text) => text.length > 5),
  }
}

/** Text of a URL, which need not be percent-encoded well. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
