import type { IncomingHttpHeaders } from 'node:http'
import { ApiError } from '../../platform/errors.ts'
import type { Endpoint } from '../route.ts'

/** The headers of RFC 9110, 13.1 that may keep a request from changing anything. */
const CONDITIONS = ['if-match', 'if-none-match', 'if-unmodified-since'] as const

/**
 * Makes sure that nothing is changed under a condition that nobody looks at: whoever sends one relies on it.
 * @throws {ApiError} CONDITION_UNSUPPORTED for one that the endpoint does not know
 */
export function checkConditions(
  { method, headers: known }: Pick<Endpoint, 'method' | 'headers'>,
  headers: IncomingHttpHeaders,
): void {
  if (method === 'get') return
  for (const name of CONDITIONS) {
    const condition = headers[name]
    if (condition === undefined || (known && name in known.shape)) continue
    // It is true of all that is there, and what is not is 404.
    if (name === 'if-match' && condition.trim() === '*') continue
    throw new ApiError('CONDITION_UNSUPPORTED', `Nothing is changed: this call does not look at \`${name}\`.`)
  }
}
