import { ADMIN_TOKEN, type Answer, type System } from './system.ts'

/** A client as it is shown once, when it is made. */
export interface Client {
  id: string
  client_id: string
  client_secret: string
}

export const basic = ({ client_id, client_secret }: Client) => ({
  authorization: `Basic ${btoa(`${client_id}:${client_secret}`)}`,
})
export const grant = (more: Record<string, string> = {}) =>
  new URLSearchParams({ grant_type: 'client_credentials', ...more })

export function form(fields: Record<string, string>): FormData {
  const data = new FormData()
  for (const [name, value] of Object.entries(fields)) data.append(name, value)
  return data
}

/** Calls of OAuth clients, and of the administrator who makes them. */
export function oauthCalls(running: () => System) {
  const admin = (method: string, path: string, body?: object) =>
    running().call(method, path, body, { token: ADMIN_TOKEN })

  const createClient = async (fields: object = {}): Promise<Client> =>
    (await admin('POST', '/oauth_client', { name: 'ci', ...fields })).body

  /** Asks for a token as `curl` would: what is in `body` decides the encoding. */
  async function ask(
    body: URLSearchParams | FormData | string,
    headers: Record<string, string> = {},
    mount = '',
  ): Promise<Answer> {
    const answer = await fetch(`${running().checkedUrl}${mount}/oauth2/token`, {
      method: 'POST',
      body,
      headers,
    })
    return { status: answer.status, headers: answer.headers, body: await answer.json() }
  }

  const tokenOf = async (client: Client, more = {}): Promise<string> =>
    (await ask(grant(more), basic(client))).body.access_token
  const statusWith = async (token: string, path = '/task'): Promise<number> =>
    (await running().call('GET', path, undefined, { token })).status
  return { admin, createClient, ask, tokenOf, statusWith }
}
