import type { CallOptions } from '../client-options.ts'
import type { NewRollout, Rollout } from '../shapes/rollout.ts'
import type { TaskRecord } from '../shapes/task.ts'
import type { TrafficPage, TrafficQuery } from '../shapes/traffic.ts'
import type { Api } from '../transport/api.ts'
import { segment } from '../transport/call.ts'
import { type ChangeOptions, guarded } from './change-options.ts'

/** What a change of weights does with a rollout that is open. */
export interface SupersedeOptions extends ChangeOptions {
  /** Ends it; otherwise the change is ROLLOUT_RUNNING. */
  readonly supersede?: boolean | undefined
}

type Steer = (task: string, options?: ChangeOptions) => Promise<Rollout>

/** A new revision gets its traffic in steps that it has to earn. By the task's id. */
export interface Rollouts {
  start(task: string, rollout: NewRollout, options?: SupersedeOptions): Promise<Rollout>
  /** The present or the last one, and what it waits for. */
  get(task: string, options?: CallOptions): Promise<Rollout>
  readonly pause: Steer
  readonly resume: Steer
  /** Gives back the weights of before. */
  readonly rollback: Steer
  /** Gives all of its traffic to the new revision. */
  readonly complete: Steer
}

/** The history of a task's weights, and the way back. */
export interface TrafficHistory {
  page(task: string, query?: TrafficQuery, options?: CallOptions): Promise<TrafficPage>
  /** Gives the task the weights again that it had after a change. */
  restore(task: string, seq: number, options?: SupersedeOptions): Promise<TaskRecord>
}

export function createRollouts(api: Api): Rollouts {
  const pathOf = (task: string) => `P/task/${segment(task)}/rollout`
  const steer =
    (action: string): Steer =>
    (task, options) =>
      api.json({ ...guarded(options), method: 'POST', path: `${pathOf(task)}/${action}` })
  return {
    start: (task, body, { supersede, ...options } = {}) =>
      api.json({ ...guarded(options), method: 'POST', path: pathOf(task), query: { supersede }, body }),
    get: (task, options) => api.json({ ...options, method: 'GET', path: pathOf(task) }),
    pause: steer('pause'),
    resume: steer('resume'),
    rollback: steer('rollback'),
    complete: steer('complete'),
  }
}

export function createTrafficHistory(api: Api): TrafficHistory {
  const pathOf = (task: string) => `P/task/${segment(task)}/traffic_history`
  return {
    page: (task, query, options) => api.json({ ...options, method: 'GET', path: pathOf(task), query }),
    restore: (task, seq, { supersede, ...options } = {}) =>
      api.json({
        ...guarded(options),
        method: 'POST',
        path: `${pathOf(task)}/${seq}/restore`,
        query: { supersede },
      }),
  }
}
