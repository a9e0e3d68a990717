import { z } from 'zod'
import type { Model } from '../model.ts'
import type { ModelServer } from '../model-server.ts'
import { callServer } from './call-server.ts'

/** A model as its server lists it. */
export interface ServedModel {
  readonly id: string
  /** When it ends, in ISO 8601; null where the server does not say. */
  readonly shutdownDate: string | null
}

/** A server that answers and lists no models. */
export class NotListed extends Error {
  override readonly name = 'NotListed'
  readonly status: number

  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

const LONGEST_MS = 10_000

/** Some servers (Together, GitHub) list them without an object around. */
const listing = z.union([
  z.array(z.unknown()),
  z.object({ data: z.array(z.unknown()) }).transform(({ data }) => data),
])
const entry = z.looseObject({ id: z.string(), shutdown_date: z.unknown().optional() })

/**
 * What `GET /models` of a server lists.
 * @throws {NotListed}
 * @throws {ServerUnreachable}
 */
export async function listServedModels(server: ModelServer, signal?: AbortSignal): Promise<ServedModel[]> {
  const { status, text } = await callServer(server, { path: '/models', timeoutMs: LONGEST_MS, signal })
  if (status !== 200) throw new NotListed(status, `GET /models answered ${status}`)
  let body: unknown
  try {
    body = JSON.parse(text)
  } catch {
    throw new NotListed(status, 'GET /models answered no JSON')
  }
  const found = listing.safeParse(body)
  if (!found.success) throw new NotListed(status, 'GET /models answered no list of models')
  return found.data.flatMap((each) => {
    const { data: known } = entry.safeParse(each)
    return known ? [{ id: known.id, shutdownDate: readDate(known.shutdown_date) }] : []
  })
}

/** How a model is listed that its server is asked for by a shorter name: Google's and Ollama's lists say more. */
export function findListed(listed: readonly ServedModel[], { upstreamName }: Model): ServedModel | null {
  const names = [upstreamName, `models/${upstreamName}`, `${upstreamName}:latest`]
  return listed.find(({ id }) => names.includes(id)) ?? null
}

/** What is larger is no number of seconds but one of milliseconds. */
const EPOCH_MS = 1e11
/** The first year of a model's end that somebody may mean. */
const FIRST = Date.UTC(2020, 0)
const LAST = Date.UTC(2200, 0)

/** A day, a time, or seconds or milliseconds since the epoch; null for anything else, such as 0 for none. */
function readDate(given: unknown): string | null {
  const number = typeof given === 'string' && /^\d{9,14}$/.test(given) ? Number(given) : given
  const time =
    typeof number === 'number'
      ? number * (number < EPOCH_MS ? 1000 : 1)
      : typeof number === 'string'
        ? Date.parse(number)
        : Number.NaN
  return time >= FIRST && time < LAST ? new Date(time).toISOString() : null
}
