import cors from 'cors'
import type { RequestHandler } from 'express'
import { commonHeaders } from '../openapi/openapi-errors.ts'
import type { Endpoint } from '../route.ts'
import { eventStreamHeaders } from './stream-headers.ts'

/** Seconds for which a browser need not ask again. */
const PREFLIGHT_SECONDS = 600
/** On some answers of every endpoint, whatever it declares: on those that wait, refuse, or are a stream. */
const ANYWHERE = [
  'Location',
  'Retry-After',
  'WWW-Authenticate',
  'Allow',
  ...Object.keys(eventStreamHeaders.shape),
]

/**
 * Lets scripts of these origins call the API, and read all headers that it answers with. Cookies are never taken: a
 * caller shows its token.
 * @param origins such as `https://app.example`; `*` for any
 */
export function allowOrigins(origins: readonly string[], endpoints: readonly Endpoint[]): RequestHandler {
  const own = endpoints.flatMap(({ responseHeaders }) => Object.keys(responseHeaders?.shape ?? {}))
  return cors({
    origin: origins.includes('*') ? '*' : [...origins],
    methods: ['GET', 'HEAD', 'POST', 'DELETE'],
    exposedHeaders: [...new Set([...Object.keys(commonHeaders), ...ANYWHERE, ...own])],
    maxAge: PREFLIGHT_SECONDS,
  })
}
