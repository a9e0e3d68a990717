import type { CallOptions } from '../client-options.ts'
import { SplitrunError } from '../error.ts'
import type { Run } from '../shapes/run.ts'
import { pause } from '../transport/abort.ts'
import type { Api } from '../transport/api.ts'
import { type Call, segment } from '../transport/call.ts'

/** Milliseconds: a server that does not wait is not asked more often. */
const LEAST_MS = 1000

/** Sends a call that waits for a run's end, so long as the client waits at a time. */
export function sendWaiting(api: Api, call: Call): Promise<Run> {
  const { pollSeconds, patienceMs } = api.options
  const query = { ...call.query, wait: pollSeconds }
  return api.json({ ...call, query, waitMs: pollSeconds * 1000, patienceMs })
}

/** Starts a run, or hears of it when its key is known. A run that failed is no refusal: it is returned. */
export async function startRun(api: Api, call: Call, wait: boolean): Promise<Run> {
  try {
    if (wait) return await sendWaiting(api, call)
    const { patienceMs } = api.options
    return await api.json<Run>({ ...call, query: { ...call.query, wait: 0 }, patienceMs })
  } catch (error) {
    if (error instanceof SplitrunError && error.run) return error.run
    throw error
  }
}

export const runPath = (task: string, run: string) => `P/task/${task}/run/${segment(run)}`

/** Waits for a run's end by long polls, and keeps up with it while the server is away. */
export async function followRun(api: Api, task: string, id: string, options: CallOptions): Promise<Run> {
  for (;;) {
    const begun = Date.now()
    const run = await sendWaiting(api, { ...options, method: 'GET', path: runPath(task, id) })
    if (run.done) return run
    await pause(Math.max(0, begun + LEAST_MS - Date.now()), options.signal)
  }
}
