import type { CallOptions } from '../client-options.ts'
import type { ReadOutput } from '../output/read-output.ts'
import type { RunOptions } from '../runs/run-options.ts'
import type { TaskRef } from '../runs/task-ref.ts'
import type { Api } from '../transport/api.ts'
import type { Call } from '../transport/call.ts'
import type { DeltaKind } from './run-event.ts'

export interface StreamOptions<Kind extends DeltaKind> extends RunOptions {
  /** Default `text`. */
  readonly as?: Kind | undefined
}

export interface ResumeOptions<Kind extends DeltaKind> extends CallOptions {
  readonly as?: Kind | undefined
  /** `eventId` of the last event that is known. */
  readonly lastEventId?: string | undefined
}

/** What is streamed: a run that there is, or one that is started. */
export interface Streamed<T> {
  readonly api: Api
  readonly task: TaskRef
  readonly readOutput: ReadOutput<T>
  readonly run?: string
  start?(task: string): Call
  /** Ends the run whose reader has left it. Absent: it goes on. */
  abandon?: ((run: string) => Promise<unknown>) | false
  readonly options: ResumeOptions<DeltaKind>
}

/** How far a stream is: its run, and the last event that was seen. */
export interface Place {
  run: string | null
  last: string | null
}
