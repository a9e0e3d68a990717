import type { ReadyOptions } from '../client-options.ts'
import { abortable } from './abort.ts'
import { readJson } from './attempt.ts'
import type { Call } from './call.ts'
import { createSend } from './send.ts'
import { createShared } from './shared.ts'

/** Milliseconds before its end in which a token is no longer used. */
const MARGIN_MS = 30_000

interface Token {
  readonly text: string
  readonly until: number
}

/** Gives calls the caller's token. */
export interface Authoriser {
  authorise(call: Call): Promise<Call>
  /** Lets the next call have another token; false where there is no other. */
  renew(): boolean
}

/** The caller's token, or one of its OAuth client, which is fetched anew when it ends. */
export function createAuthoriser(options: ReadyOptions): Authoriser {
  const { token, clientId } = options
  const send = createSend(options, async (call) => call)
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
  return {
    async authorise(call) {
      const { signal } = call
      const text = await (clientId === undefined ? abortable(callerToken(), signal) : clientToken(signal))
      return text === undefined
        ? call
        : { ...call, headers: { authorization: `Bearer ${text}`, ...call.headers } }
    },
    renew() {
      fetched.forget()
      return clientId !== undefined
    },
  }
}
