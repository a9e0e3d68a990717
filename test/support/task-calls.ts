import type { System } from './system.ts'

/** A revision, or a task, as it is shown. */
export interface Shown {
  id: string
  test: boolean
  active: boolean
  [field: string]: unknown
}

export const idsOf = (revisions: readonly Shown[]) => revisions.map(({ id }) => id)

/** Calls that create, change and read the tasks of a suite. */
export function taskCalls(running: () => System) {
  const create = (fields?: Record<string, unknown>) => running().createTask(fields)
  const change = (task: string, fields: object, query = '') =>
    running().call('POST', `/task/${task}${query}`, fields)
  const read = async (task: string, query = '') => (await running().call('GET', `/task/${task}${query}`)).body
  return { create, change, read }
}
