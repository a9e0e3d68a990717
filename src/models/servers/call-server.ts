import { EnvHttpProxyAgent, request } from 'undici'
import type { ModelServer } from '../model-server.ts'

/** No answer came; `code` says why, as far as it is known. */
export class ServerUnreachable extends Error {
  override readonly name = 'ServerUnreachable'
}

/** Bytes of an answer; the longest list of models has some hundred kilobytes. */
const LONGEST_ANSWER = 20_000_000

export interface ServerCall {
  /** Below the base URL. */
  readonly path: string
  /** Absent: GET. */
  readonly body?: object
  readonly timeoutMs: number
  readonly signal?: AbortSignal | undefined
}

/**
 * One request beside those of runs, on a connection of its own: for lists of models and for trying one out.
 * @throws {ServerUnreachable}
 */
export async function callServer(
  server: ModelServer,
  { path, body, timeoutMs, signal }: ServerCall,
): Promise<{ status: number; text: string }> {
  const dispatcher = openDispatcher(server)
  try {
    const response = await request(placeOf(server, path), {
      dispatcher,
      headers: headersOf(server),
      ...(body ? { method: 'POST', body: JSON.stringify(body) } : {}),
      signal: AbortSignal.any([AbortSignal.timeout(timeoutMs), ...(signal ? [signal] : [])]),
    })
    return { status: response.statusCode, text: await response.body.text() }
  } catch (cause) {
    const { name, code, message } = cause as Error & { code?: string }
    const why = name === 'TimeoutError' ? `nothing within ${timeoutMs} ms` : (code ?? message)
    throw new ServerUnreachable(why, { cause })
  } finally {
    await dispatcher.destroy()
  }
}

function openDispatcher({ transport }: ModelServer): EnvHttpProxyAgent {
  const { http, https, except } = transport?.proxy ?? { http: null, https: null, except: '*' }
  return new EnvHttpProxyAgent({
    ...(http ? { httpProxy: http } : {}),
    ...(https ? { httpsProxy: https } : {}),
    // Given in any case: else the agent would read the environment by itself.
    noProxy: except,
    connect: { ...transport?.tls },
    requestTls: { ...transport?.tls },
    maxResponseSize: LONGEST_ANSWER,
  })
}

function placeOf({ baseUrl, transport }: ModelServer, path: string): URL {
  const url = new URL(baseUrl)
  url.pathname = `${url.pathname.replace(/\/+$/, '')}${path}`
  for (const [name, value] of Object.entries(transport?.query ?? {})) url.searchParams.set(name, value)
  url.username = ''
  url.password = ''
  return url
}

function headersOf({ baseUrl, apiKey, transport }: ModelServer): Record<string, string> {
  const { username, password } = new URL(baseUrl)
  const person = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`
  const auth = transport?.auth ?? 'bearer'
  return {
    accept: 'application/json',
    'content-type': 'application/json',
    'user-agent': 'splitrun',
    ...(person === ':' ? {} : { authorization: `Basic ${Buffer.from(person).toString('base64')}` }),
    ...(apiKey && auth === 'bearer' ? { authorization: `Bearer ${apiKey}` } : {}),
    ...(apiKey && typeof auth === 'object' ? { [auth.header.toLowerCase()]: apiKey } : {}),
    ...transport?.headers,
  }
}
