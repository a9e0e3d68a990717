import type { Request, Response } from 'express'
import { ApiError } from '../../platform/errors.ts'
import type { ConsoleSession, ConsoleSessions } from '../../tenancy/console-session.ts'

/** On every call of the console: a page of another origin could only send it after asking, and is refused then. */
export const CONSOLE_HEADER = 'x-splitrun-console'

/** The session of a request that bears the console's cookie and nothing else to show who calls; null without one. */
export type ReadSession = (request: Request) => Promise<ConsoleSession | null>

/**
 * Reads sessions from cookies. Browsers add cookies by themselves, so one counts only where the page that caused the
 * request is the console's own.
 * @throws {ApiError} UNAUTHENTICATED for a cookie whose session has ended, or that came from elsewhere
 */
export function createReadSession(sessions: ConsoleSessions): ReadSession {
  const prefix = `${sessions.cookieName}=`
  return async (request) => {
    const { cookie, authorization } = request.headers
    if (cookie === undefined || authorization !== undefined) return null
    const found = cookie.split(';').find((each) => each.trimStart().startsWith(prefix))
    if (found === undefined) return null
    checkOrigin(request)
    const session = await sessions.read(found.trim().slice(prefix.length))
    if (!session) throw new ApiError('UNAUTHENTICATED', 'The session has ended; sign in again.')
    return session
  }
}

/** @throws {ApiError} UNAUTHENTICATED when a session may not be used by the page that sent the request */
function checkOrigin(request: Request): void {
  const marked = request.headers[CONSOLE_HEADER] !== undefined
  if (isForeign(request)) throw new ApiError('UNAUTHENTICATED', 'Sessions are for the console itself.')
  const reads = request.method === 'GET' || request.method === 'HEAD'
  // Without TLS browsers say nothing of where a reading call comes from. Only our own pages can send the header then.
  const told = request.headers['sec-fetch-site'] !== undefined
  if (marked || (reads && told)) return
  throw new ApiError('UNAUTHENTICATED', `A call by a session needs the header ${CONSOLE_HEADER}.`)
}

/** Whether a browser says that another page caused the request. */
export function isForeign({ headers, host }: Request): boolean {
  const site = headers['sec-fetch-site']
  if (site !== undefined) return site !== 'same-origin'
  if (headers.origin === undefined) return false
  return !URL.canParse(headers.origin) || new URL(headers.origin).host !== host
}

/** Gives the browser a session's token. No script can read it. */
export function setCookie(
  request: Request,
  response: Response,
  name: string,
  token: string,
  expires: number,
): void {
  response.cookie(name, token, { ...shared(request), expires: new Date(expires) })
}

export function clearCookie(request: Request, response: Response, name: string): void {
  response.clearCookie(name, shared(request))
}

const shared = (request: Request) =>
  ({ httpOnly: true, sameSite: 'strict', secure: request.secure, path: '/' }) as const
