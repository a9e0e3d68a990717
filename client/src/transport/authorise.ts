import type { ReadyOptions } from '../client-options.ts'
import { SplitrunError } from '../error.ts'
import { abortable } from './abort.ts'
import { readJson } from './attempt.ts'
import type { Call, Read, Send } from './call.ts'

/** Milliseconds before its end in which a token is no longer used. */
const MARGIN_MS = 30_000

interface Token {
  readonly text: string
  readonly until: number
}

/** Sends calls with the caller's token. One of an OAuth client is fetched anew when it ends, or is refused before. */
export function createAuthorisedSend(options: ReadyOptions, send: Send): Send {
  const { token, clientId } = options
  let fetched: Promise<Token> | undefined

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
  async function clientToken(signal?: AbortSignal): Promise<string> {
    fetched ??= fetchToken()
    const asked = fetched
    try {
      const { text, until } = await abortable(asked, signal)
      if (until - MARGIN_MS > Date.now()) return text
    } catch (error) {
      if (fetched === asked && !signal?.aborted) fetched = undefined
      throw error
    }
    if (fetched === asked) fetched = fetchToken()
    return (await abortable(fetched ?? fetchToken(), signal)).text
  }
  async function authorised(call: Call): Promise<Call> {
    const text = clientId === undefined ? await callerToken() : await clientToken(call.signal)
    return text === undefined
      ? call
      : { ...call, headers: { authorization: `Bearer ${text}`, ...call.headers } }
  }
  const callerToken = async () => (typeof token === 'function' ? token() : token)

  return async <T>(call: Call, read: Read<T>): Promise<T> => {
    try {
      return await send(await authorised(call), read)
    } catch (error) {
      const refused = error instanceof SplitrunError && error.status === 401
      if (!refused || clientId === undefined) throw error
      // Its secret was rotated, or the server forgot the token: one more try with another.
      fetched = undefined
      return send(await authorised(call), read)
    }
  }
}
