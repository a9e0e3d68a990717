import type { RunStatus } from './run.ts'

/** The end of a run as those who watch its project are told; its inputs and its response are in the run. */
export interface RunEnd {
  readonly id: string
  readonly task_id: string
  readonly task_revision_id: string | null
  readonly status: Exclude<RunStatus, 'queued' | 'running'>
  /** Of its error. */
  readonly reason: string | null
  readonly model: string | null
  readonly created: string
  readonly settled: string
  readonly total_ms: number
  readonly input_tokens: number
  readonly output_tokens: number
}

/** What one is told who watches a project. */
export type ProjectEvent =
  /** From now on; what ended while there was no connection is in lists of runs. */
  | { readonly type: 'watching' }
  | { readonly type: 'run.ended'; readonly run: RunEnd }
  /** So many more have ended: more than one is told of in a second. */
  | { readonly type: 'runs.skipped'; readonly count: number }
