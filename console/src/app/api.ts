import { type Client, createClient, type Whoami } from '@splitrun/client'

/** Whoever is signed in; the secret itself is in a cookie that scripts cannot read. */
export interface Session extends Whoami {
  readonly expires: string
}
export interface Project {
  readonly id: string
  readonly org_id: string
  readonly name: string
}

/** Relative to the page, and so under whatever prefix it is served. The header tells the server that it is this page. */
const OPTIONS = { baseUrl: '..', headers: { 'x-splitrun-console': '1' }, maxRetries: 1, pollSeconds: 20 }

/** Calls that belong to no project. */
export const server = createClient(OPTIONS)
export const clientOf = (project: Project): Client =>
  createClient({ ...OPTIONS, org: project.org_id, project: project.id })

/** Where the server is, as seen from here: the page is in its folder `console`. Without a slash at the end. */
export const serverAddress = (): string => new URL('..', location.href).href.replace(/\/$/, '')

const SESSION = '/console/session'
export const readSession = (signal?: AbortSignal) =>
  server.request<Session>({ method: 'GET', path: SESSION, signal })
export const signIn = (key: string) =>
  server.request<Session>({ method: 'POST', path: SESSION, body: { key } })
export const signOut = () => server.request<Session>({ method: 'DELETE', path: SESSION })
