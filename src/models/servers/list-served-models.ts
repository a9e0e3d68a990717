import { z } from 'zod'
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

const listing = z.object({
  data: z.array(z.looseObject({ id: z.string(), shutdown_date: z.unknown().optional() })),
})

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
  return found.data.data.map(({ id, shutdown_date }) => ({ id, shutdownDate: readDate(shutdown_date) }))
}

/** A day, a time, or seconds since the epoch. */
function readDate(given: unknown): string | null {
  const time = typeof given === 'number' ? given * 1000 : typeof given === 'string' ? Date.parse(given) : NaN
  return Number.isFinite(time) && Math.abs(time) < 8e15 ? new Date(time).toISOString() : null
}
