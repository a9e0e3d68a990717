import type { ReadyOptions } from '../client-options.ts'
import { SplitrunError } from '../error.ts'
import { abortable } from './abort.ts'
import { readJson } from './attempt.ts'
import type { Call, Read, Send } from './call.ts'
import { createShared } from './shared.ts'

/** Milliseconds before its end in which a token is no longer used. */
const MARGIN_MS = 30_000

interface Token {
  readonly text: string
  readonly until: number
}

/** Sends calls with the caller's token. One of an OAuth client is fetched anew when it ends, or is refused before. */
export function createAuthorisedSend(options: ReadyOptions, send: Send): Send {
  const { token, clientId } = options
  async function fetchToken(): Promise<Token> {
    const secret = `${encodeURIComponent(clientId ?? '')}:${encodeURIComponent(options.clientSecret ?? '')}`
    const { access_token, expires_in } = await send<{ access_token: string; expires_in: number }>(
      {
        method: 'POST',
        path: '/oauth2/token',
        body: new URLSearchParams({ grant_type: 'client_credentials' }),
        headers: { authorization: `Basic ${btoa(secret)}` },
        repeatable: true,
      },
      readJson,
    )
    return { text: access_token, until: Date.now() + expires_in * 1000 }
  }
  const fetched = createShared(fetchToken)

  async function clientToken(signal?: AbortSignal): Promise<string> {
    const { text, until } = await fetched.get(signal)
    if (until - MARGIN_MS > Date.now()) return text
    fetched.forget()
    return (await fetched.get(signal)).text
  }
  const callerToken = async () => (typeof token === 'function' ? token() : token)
  async function authorised(call: Call): Promise<Call> {
    const { signal } = call
    const text = await (clientId === undefined ? abortable(callerToken(), signal) : clientToken(signal))
    return text === undefined
      ? call
      : { ...call, headers: { authorization: `Bearer ${text}`, ...call.headers } }
  }

  return async <T>(call: Call, read: Read<T>): Promise<T> => {
    try {
      return await send(await authorised(call), read)
    } catch (error) {
      const refused = error instanceof SplitrunError && error.status === 401
      if (!refused || clientId === undefined) throw error
      // Its secret was rotated, or the server forgot the token: one more try with another.
      fetched.forget()
      return send(await authorised(call), read)
    }
  }
}
