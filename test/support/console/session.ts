import { ADMIN_TOKEN, type System } from '../system.ts'

/** What a browser says of a call by the console itself. */
export const OWN_PAGE = { 'sec-fetch-site': 'same-origin' }
/** And of one that changes something. */
export const OWN_WRITE = { ...OWN_PAGE, 'x-splitrun-console': '1' }

const SESSION = '/console/session'

export interface SessionCookie {
  /** As a browser sends it. */
  readonly cookie: string
  /** Behind its name and value, as the server sent them. */
  readonly attributes: readonly string[]
  readonly status: number
  // biome-ignore lint/suspicious/noExplicitAny: a test looks into the answer
  readonly body: any
}

/** Signs in as the console does. */
export async function signIn(
  { checkedUrl }: System,
  key: string = ADMIN_TOKEN,
  headers: Record<string, string> = OWN_WRITE,
): Promise<SessionCookie> {
  const answer = await fetch(checkedUrl + SESSION, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ key }),
  })
  const [cookie = '', ...attributes] = (answer.headers.get('set-cookie') ?? '').split('; ')
  return { cookie, attributes, status: answer.status, body: await answer.json() }
}
