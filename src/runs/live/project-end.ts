import { isoWriter } from '../../platform/iso-time.ts'
import type { FinalStatus, RunRequest, RunResult } from '../run.ts'

/** The end of a run as those who watch its project are told: without inputs and response, which the run has. */
export interface ProjectEnd {
  readonly id: string
  readonly task_id: string
  readonly task_revision_id: string | null
  readonly status: FinalStatus
  /** Of its error. */
  readonly reason: string | null
  readonly model: string | null
  readonly created: string
  readonly settled: string
  readonly total_ms: number
  readonly input_tokens: number
  readonly output_tokens: number
}

const iso = isoWriter()

export function projectEndOf(
  { id, task, created }: RunRequest,
  revision: string | null,
  { status, settled, error, model, timings, inputTokens, outputTokens }: RunResult,
): ProjectEnd {
  return {
    id,
    task_id: task,
    task_revision_id: revision,
    status,
    reason: error?.reason ?? null,
    model,
    created: iso(created),
    settled: iso(settled),
    total_ms: timings.total,
    input_tokens: inputTokens,
    output_tokens: outputTokens,
  }
}
