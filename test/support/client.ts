import { type ClientOptions, createClient, type Run } from '../../client/src/index.ts'
import { newId } from '../../src/platform/ids.ts'
import type { System } from './system.ts'

/** A client of a system, every answer to which is held against the OpenAPI document. */
export const connectClient = (system: System, options: Partial<ClientOptions> = {}) =>
  createClient({ baseUrl: system.checkedUrl, token: system.token, ...options })

/** What a scripted server shows of a run. */
export const TASK = newId()
export const RUN = newId()

/** A client of a scripted server, which asks for nothing beforehand. */
export const connectTo = (url: string, options: Partial<ClientOptions> = {}) =>
  createClient({ baseUrl: url, token: 'secret', org: newId(), project: newId(), ...options })

/** As much of a run as clients act on. */
export const aRun = (fields: Partial<Run> = {}) => ({
  id: RUN,
  task_id: TASK,
  status: 'succeeded',
  done: true,
  response: { answer: 'tea' },
  error: null,
  ...fields,
})

/** A rejection as it is. */
export async function rejection(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise
  } catch (error) {
    return error
  }
  throw new Error('it did not reject')
}
