import type { CallOptions, ReadyOptions } from '../client-options.ts'
import { SplitrunError } from '../error.ts'
import type { Whoami } from '../shapes/credential.ts'
import { readJson } from './attempt.ts'
import { createAuthorisedSend } from './authorise.ts'
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

/** The calls of one client. */
export function createApi(options: ReadyOptions): Api {
  const sendTo = createAuthorisedSend(options, createSend(options))
  const { org, project } = options
  const found = createShared(async () => {
    if (org && project) return pathOf(org, project)
    const { client } = await api.whoami()
    const ids = [org ?? client.org_id, project ?? client.project_id]
    if (ids[0] && ids[1]) return pathOf(ids[0], ids[1])
    throw new SplitrunError('NO_PROJECT', 'the token belongs to no project: say which, by org and project')
  })

  const api: Api = {
    options,
    async send(call, read) {
      const { path, signal } = call
      if (!path.startsWith('P/')) return sendTo(call, read)
      return sendTo({ ...call, path: `${await found.get(signal)}/${path.slice(2)}` }, read)
    },
    json: <T>(call: Call) =>
      api.send<T>(call.method === 'GET' ? { repeatable: true, ...call } : call, readJson),
    whoami: (options) => api.json({ ...options, method: 'GET', path: '/whoami' }),
  }
  return api
}

const pathOf = (org: string, project: string) => `/org/${segment(org)}/project/${segment(project)}`
