import type { CallOptions } from '../client-options.ts'
import type { Feedback, FeedbackChange, FeedbackLink, NewFeedbackLink } from '../shapes/feedback.ts'
import type { Api } from '../transport/api.ts'
import { segment } from '../transport/call.ts'

/** What is said of runs that have ended, by ids of task and run. */
export interface RunFeedback {
  give(task: string, run: string, change: FeedbackChange, options?: CallOptions): Promise<Feedback>
  get(task: string, run: string, options?: CallOptions): Promise<Feedback>
  /** A link by which somebody without a key gives feedback on the run. */
  link(task: string, run: string, link?: NewFeedbackLink, options?: CallOptions): Promise<FeedbackLink>
}

export function createRunFeedback(api: Api): RunFeedback {
  const pathOf = (task: string, run: string) => `P/task/${segment(task)}/run/${segment(run)}/feedback`
  return {
    give: (task, run, body, options) =>
      api.json({ ...options, method: 'POST', path: pathOf(task, run), body, repeatable: true }),
    get: (task, run, options) => api.json({ ...options, method: 'GET', path: pathOf(task, run) }),
    link: (task, run, body = {}, options = {}) =>
      api.json({ ...options, method: 'POST', path: `${pathOf(task, run)}_link`, body, repeatable: true }),
  }
}
