import type { ReadOutput } from '../output/read-output.ts'
import type { DeltaKind } from '../stream/run-event.ts'
import { type RunStream, streamRun } from '../stream/run-stream.ts'
import type { StreamOptions } from '../stream/streamed.ts'
import type { Api } from '../transport/api.ts'
import { followRun, startRun } from './follow-run.ts'
import { runCall } from './run-call.ts'
import { createRunHandle, type RunHandle } from './run-handle.ts'
import type { RunOptions } from './run-options.ts'
import { type RunResult, settle } from './settle.ts'
import type { TaskRef } from './task-ref.ts'

/** A task as its callers see it. */
export interface Task<T> {
  /** Runs it and waits for the end, however long that takes. It rejects with the reason of a run that did not succeed. */
  run(inputs?: object, options?: RunOptions): Promise<RunResult<T>>
  /** Starts a run and does not wait for it: it is durable, and goes on. */
  submit(inputs?: object, options?: Omit<RunOptions, 'on_disconnect'>): Promise<RunHandle<T>>
  /** Runs it, and says what comes while it comes. Nothing is sent before somebody looks. */
  stream<Kind extends DeltaKind = 'text'>(inputs?: object, options?: StreamOptions<Kind>): RunStream<T, Kind>
  /** A run that was started elsewhere, or before. */
  attach(run: string): RunHandle<T>
}

export function createTask<T>(api: Api, task: TaskRef, readOutput: ReadOutput<T>): Task<T> {
  const attach = (run: string) => createRunHandle(api, task, run, readOutput)

  /** With the same call each time, and so with the same key. */
  function start(inputs: object, options: RunOptions, wait: boolean) {
    const callOf = runCall(inputs, options)
    return task.use(options.signal, (id) => startRun(api, callOf(id), wait))
  }
  return {
    async run(inputs = {}, options = {}) {
      const begun = await start(inputs, options, true)
      const { signal, timeoutMs } = options
      try {
        const run = begun.done ? begun : await followRun(api, begun.task_id, begun.id, { signal, timeoutMs })
        return await settle(run, readOutput)
      } catch (error) {
        // While its first call waited, the server would have seen the caller go.
        if (signal?.aborted && options.on_disconnect === 'cancel') {
          await attach(begun.id)
            .cancel()
            .catch(() => {})
        }
        throw error
      }
    },
    submit: async (inputs = {}, options = {}) => attach((await start(inputs, options, false)).id),
    stream: (inputs = {}, options = {}) => {
      const { as, ...runOptions } = options
      const abandon = options.on_disconnect === 'cancel' && ((run: string) => attach(run).cancel())
      return streamRun({ api, task, readOutput, start: runCall(inputs, runOptions), options, abandon })
    },
    attach,
  }
}
