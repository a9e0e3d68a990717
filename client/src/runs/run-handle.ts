import type { CallOptions } from '../client-options.ts'
import type { ReadOutput } from '../output/read-output.ts'
import type { Run } from '../shapes/run.ts'
import type { DeltaKind } from '../stream/run-event.ts'
import { type RunStream, streamRun } from '../stream/run-stream.ts'
import type { ResumeOptions } from '../stream/streamed.ts'
import type { Api } from '../transport/api.ts'
import { readFile } from './files.ts'
import { followRun, runPath } from './follow-run.ts'
import { type RunResult, settle } from './settle.ts'
import type { TaskRef } from './task-ref.ts'

/** A run that was started, here or elsewhere. */
export interface RunHandle<T> {
  readonly id: string
  /** The run as it now stands. */
  get(options?: CallOptions): Promise<Run>
  /** Its end, however often the connection breaks meanwhile. It rejects with the reason of a run that did not succeed. */
  wait(options?: CallOptions): Promise<RunResult<T>>
  /** Ends it, and returns it as it then stands; one that has ended stays as it is. */
  cancel(options?: CallOptions): Promise<Run>
  /** What it says while it goes on, from its begin or from `lastEventId`. */
  stream<Kind extends DeltaKind = 'text'>(options?: ResumeOptions<Kind>): RunStream<T, Kind>
  /** One of its `files`. */
  file(name: string, options?: CallOptions): Promise<Blob>
}

export function createRunHandle<T>(
  api: Api,
  task: TaskRef,
  id: string,
  readOutput: ReadOutput<T>,
): RunHandle<T> {
  const path = async ({ signal }: CallOptions) => runPath(await task.find(signal), id)
  return {
    id,
    get: async (options = {}) => api.json({ ...options, method: 'GET', path: await path(options) }),
    async wait(options = {}) {
      const run = await followRun(api, await task.find(options.signal), id, options)
      return settle(run, readOutput)
    },
    cancel: async (options = {}) =>
      api.json({
        ...options,
        method: 'POST',
        path: `${await path(options)}/cancel`,
        repeatable: true,
      }),
    stream: (options = {}) => streamRun({ api, task, readOutput, run: id, options }),
    file: async (name, options = {}) => readFile(api, await path(options), name, options),
  }
}
