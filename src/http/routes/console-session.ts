import { z } from 'zod'
import { ApiError } from '../../platform/errors.ts'
import type { ConsoleSession, ConsoleSessions } from '../../tenancy/console-session.ts'
import {
  CONSOLE_HEADER,
  clearCookie,
  isForeign,
  type ReadSession,
  setCookie,
} from '../console/session-cookie.ts'
import { presentCaller, whoamiResponse } from '../present-caller.ts'
import { type Endpoint, endpoint, noParams, noQuery } from '../route.ts'

export interface ConsoleSessionRouteDeps {
  readonly sessions: ConsoleSessions
  readonly readSession: ReadSession
}

const newSession = z
  .object({
    key: z.string().min(1).max(2000).meta({ description: "A key's secret, or the administrator's token." }),
  })
  .meta({ id: 'NewConsoleSession', override: { examples: [{ key: 'sr_...' }] } })

const sessionResponse = whoamiResponse.extend({ expires: z.iso.datetime() }).meta({ id: 'ConsoleSession' })

const headers = z.object({
  'Set-Cookie': z.string().optional().meta({ description: 'The session, which no script can read.' }),
  'Cache-Control': z.literal('no-store').optional(),
})

const present = ({ caller, expires }: ConsoleSession) => ({
  ...presentCaller(caller),
  expires: new Date(expires).toISOString(),
})

const BODY_LIMIT = 16_384

/** Sessions of the console: what its pages sign in and out by. */
export function consoleSessionRoutes({ sessions, readSession }: ConsoleSessionRouteDeps): Endpoint[] {
  const shared = {
    path: '/console/session',
    tag: 'Tokens',
    scope: 'open',
    params: noParams,
    query: noQuery,
    response: sessionResponse,
    responseHeaders: headers,
    errorCodes: ['UNAUTHENTICATED', 'STORE_UNAVAILABLE'],
  } as const
  const ended = () => new ApiError('UNAUTHENTICATED', 'There is no session.')

  return [
    endpoint({
      ...shared,
      method: 'post',
      operation: 'openConsoleSession',
      summary: 'Sign in to the console',
      description:
        'Trades a key, or the token of the administrator, for a cookie that stands for it in calls of the same origin. ' +
        `Calls that write need the header \`${CONSOLE_HEADER}\`, with any value, beside the cookie. It ends with the ` +
        'credential, or by itself.',
      body: newSession,
      bodyLimit: BODY_LIMIT,
      async handle({ request, response, body }) {
        response.set('Cache-Control', 'no-store')
        // Nobody shall be signed in by another page, as somebody else.
        if (isForeign(request)) throw new ApiError('UNAUTHENTICATED', 'The console signs in by itself only.')
        const opened = await sessions.open(body.key)
        if (!opened) throw new ApiError('UNAUTHENTICATED', 'The key is unknown, revoked or expired.')
        setCookie(request, response, sessions.cookieName, opened.token, opened.session.expires)
        return present(opened.session)
      },
    }),
    endpoint({
      ...shared,
      method: 'get',
      operation: 'getConsoleSession',
      summary: 'Tell who is signed in to the console',
      async handle({ request, response }) {
        response.set('Cache-Control', 'no-store')
        const session = await readSession(request)
        if (!session) throw ended()
        return present(session)
      },
    }),
    endpoint({
      ...shared,
      method: 'delete',
      operation: 'closeConsoleSession',
      summary: 'Sign out of the console; the session ends within a second everywhere',
      async handle({ request, response }) {
        response.set('Cache-Control', 'no-store')
        const session = await readSession(request)
        if (!session) throw ended()
        await sessions.close(session)
        clearCookie(request, response, sessions.cookieName)
        return present(session)
      },
    }),
  ]
}
