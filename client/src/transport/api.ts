import type { CallOptions, ReadyOptions } from '../client-options.ts'
import { SplitrunError } from '../error.ts'
import type { Whoami } from '../shapes/credential.ts'
import { readJson } from './attempt.ts'
import { createAuthoriser } from './authorise.ts'
import { type Call, type Send, segment } from './call.ts'
import { createSend } from './send.ts'
import { createShared } from './shared.ts'

/** The API as resources call it: `P/` at the begin of a path stands for the caller's project. */
export interface Api {
  readonly options: ReadyOptions
  readonly send: Send
  /** The JSON of the answer. */
  json<T>(call: Call): Promise<T>
  whoami(options?: CallOptions): Promise<Whoami>
}

const WHOAMI = { method: 'GET', path: '/whoami', repeatable: true } as const

/** The calls of one client. */
export function createApi(options: ReadyOptions): Api {
  const { org, project } = options
  const { authorise, renew } = createAuthoriser(options)
  const found = createShared(async () => {
    if (org && project) return pathOf(org, project)
    const { client } = await send<Whoami>(WHOAMI, readJson)
    const ids = [org ?? client.org_id, project ?? client.project_id]
    if (ids[0] && ids[1]) return pathOf(ids[0], ids[1])
    throw new SplitrunError('NO_PROJECT', 'the token belongs to no project: say which, by org and project')
  })
  const send = createSend(options, async (call) => {
    const { path, signal } = call
    const isOfProject = path.startsWith('P/')
    return authorise(isOfProject ? { ...call, path: `${await found.get(signal)}/${path.slice(2)}` } : call)
  })

  const api: Api = {
    options,
    async send(call, read) {
      try {
        return await send(call, read)
      } catch (error) {
        // The client's secret was rotated, or the server forgot its token: one more try with another.
        if (error instanceof SplitrunError && error.status === 401 && renew()) return send(call, read)
        throw error
      }
    },
    json: <T>(call: Call) =>
      api.send<T>(call.method === 'GET' ? { repeatable: true, ...call } : call, readJson),
    whoami: (options) => api.json({ ...options, ...WHOAMI }),
  }
  return api
}

const pathOf = (org: string, project: string) => `/org/${segment(org)}/project/${segment(project)}`
