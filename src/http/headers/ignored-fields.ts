import type { Request, Response } from 'express'
import type { Endpoint } from '../route.ts'
import { headerList } from './header-list.ts'

/** Names what of a request is not acted on in `x-ignored-fields`, behind what stands there already. */
export function nameIgnored(response: Response, names: readonly string[]): void {
  if (names.length === 0) return
  const before = response.getHeader('x-ignored-fields')
  const listed = headerList(names)
  response.setHeader('x-ignored-fields', before ? `${before}, ${listed}` : listed)
}

/** Names an `Idempotency-Key` where the endpoint does not know it, so that nobody relies on it (docs/decisions/doubt.md). */
export function nameUnusedKey(
  { method, headers: known }: Pick<Endpoint, 'method' | 'headers'>,
  request: Request,
  response: Response,
): void {
  // To read twice is to read once.
  if (method === 'get' || request.headers['idempotency-key'] === undefined) return
  if (!known || !('idempotency-key' in known.shape)) nameIgnored(response, ['idempotency-key'])
}
