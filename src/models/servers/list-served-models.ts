import { EnvHttpProxyAgent, request } from 'undici'
import { z } from 'zod'
import type { ModelServer } from '../model-server.ts'

/** A model as its server lists it. */
export interface ServedModel {
  readonly id: string
  /** When it ends, in ISO 8601; null where the server does not say. */
  readonly shutdownDate: string | null
}

/** A server that does not list its models: `status` where it answered, else why there was no answer. */
export class ListingFailed extends Error {
  override readonly name = 'ListingFailed'
  readonly status: number | null

  constructor(message: string, status: number | null, cause?: unknown) {
    super(message, { cause })
    this.status = status
  }
}

const LONGEST_MS = 10_000
/** Bytes of a list; that of the largest gateway has some hundred kilobytes. */
const LONGEST_LIST = 20_000_000

const listing = z.object({
  data: z.array(
    z.looseObject({ id: z.string(), shutdown_date: z.union([z.string(), z.number()]).nullish() }),
  ),
})

/**
 * What `GET /models` of a server lists.
 * @throws {ListingFailed}
 */
export async function listServedModels(server: ModelServer, signal?: AbortSignal): Promise<ServedModel[]> {
  const dispatcher = openDispatcher(server)
  try {
    const response = await request(placeOf(server), {
      ...{ dispatcher, headers: headersOf(server), maxRedirections: 0 },
      signal: AbortSignal.any([AbortSignal.timeout(LONGEST_MS), ...(signal ? [signal] : [])]),
    })
    const text = await response.body.text()
    if (response.statusCode !== 200) {
      throw new ListingFailed(`GET /models answered ${response.statusCode}`, response.statusCode)
    }
    const found = listing.safeParse(JSON.parse(text))
    if (!found.success) throw new ListingFailed('GET /models answered no list of models', 200)
    return found.data.data.map(({ id, shutdown_date }) => ({ id, shutdownDate: readDate(shutdown_date) }))
  } catch (error) {
    if (error instanceof ListingFailed) throw error
    if (error instanceof SyntaxError) throw new ListingFailed('GET /models answered no JSON', 200, error)
    const { code, message } = error as Error & { code?: string }
    throw new ListingFailed(`GET /models could not be asked (${code ?? message})`, null, error)
  } finally {
    await dispatcher.destroy()
  }
}

/** A day, a time, or seconds since the epoch. */
function readDate(given: string | number | null | undefined): string | null {
  const time = typeof given === 'number' ? given * 1000 : Date.parse(given ?? '')
  return Number.isFinite(time) && Math.abs(time) < 8e15 ? new Date(time).toISOString() : null
}

function openDispatcher({ transport }: ModelServer): EnvHttpProxyAgent {
  const { http, https, except } = transport?.proxy ?? { http: null, https: null, except: '*' }
  return new EnvHttpProxyAgent({
    ...(http ? { httpProxy: http } : {}),
    ...(https ? { httpsProxy: https } : {}),
    // Given in any case: else the agent would read the environment by itself.
    noProxy: transport?.proxy ? except : '*',
    connect: { ...transport?.tls },
    requestTls: { ...transport?.tls },
    maxResponseSize: LONGEST_LIST,
  })
}

function placeOf({ baseUrl, transport }: ModelServer): URL {
  const url = new URL(baseUrl)
  url.pathname = `${url.pathname.replace(/\/+$/, '')}/models`
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
    'user-agent': 'splitrun',
    ...(person === ':' ? {} : { authorization: `Basic ${Buffer.from(person).toString('base64')}` }),
    ...(apiKey && auth === 'bearer' ? { authorization: `Bearer ${apiKey}` } : {}),
    ...(apiKey && typeof auth === 'object' ? { [auth.header.toLowerCase()]: apiKey } : {}),
    ...transport?.headers,
  }
}
