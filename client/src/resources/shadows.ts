import type { CallOptions } from '../client-options.ts'
import type { NewShadow, Shadow } from '../shapes/shadow.ts'
import type { Api } from '../transport/api.ts'
import { segment } from '../transport/call.ts'
import { type ChangeOptions, guarded } from './change-options.ts'

/** A revision that runs beside the one that callers get. By the task's id. */
export interface Shadows {
  start(task: string, shadow: NewShadow, options?: ChangeOptions): Promise<Shadow>
  get(task: string, options?: CallOptions): Promise<Shadow>
  /** Returns it as it was. */
  end(task: string, options?: ChangeOptions): Promise<Shadow>
}

export function createShadows(api: Api): Shadows {
  const pathOf = (task: string) => `P/task/${segment(task)}/shadow`
  return {
    start: (task, body, options) =>
      api.json({ ...guarded(options), method: 'POST', path: pathOf(task), body }),
    get: (task, options) => api.json({ ...options, method: 'GET', path: pathOf(task) }),
    end: (task, options) => api.json({ ...guarded(options), method: 'DELETE', path: pathOf(task) }),
  }
}
