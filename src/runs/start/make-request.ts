import { sharedNow } from '../../platform/clock.ts'
import { type Place, placeOfKey, placeOfRun } from '../../tasks/split/draw-revision.ts'
import { takesDocuments } from '../file-use.ts'
import type { RunRequest } from '../run.ts'
import type { Accepted } from './check-run.ts'
import type { Submission } from './submission.ts'

export interface MakeRequestDeps {
  /** Seconds. */
  readonly runTimeout: number
  readonly queueTimeout: number
}

/** Where the run stands in the table of slots; null when the caller chose its revision. */
export function placeOf({ splitKey }: Submission, { task, revision }: Accepted, id: string): Place | null {
  if (revision !== null) return null
  return splitKey ? placeOfKey(task.id, task.split, splitKey) : placeOfRun(id)
}

/** The run that was asked for, before it is counted under limits and its files are stored. */
export function makeRequest(
  { runTimeout, queueTimeout }: MakeRequestDeps,
  input: Submission,
  { task, revision, candidates, files: sent }: Accepted,
  id: string,
  place: Place | null,
  mode: RunRequest['mode'],
  trace: RunRequest['trace'],
): RunRequest {
  const created = sharedNow()
  const deadline = created + (input.timeout ?? task.timeout ?? runTimeout) * 1000
  return {
    id,
    org: input.org,
    project: input.project,
    task: task.id,
    user: input.user,
    created,
    inputs: input.inputs,
    files: [],
    revision,
    llmConfig: input.llmConfig,
    useFallback: input.useFallback,
    reference: input.reference,
    reportingGroup: input.reportingGroup,
    mode,
    deadline,
    trace,
    onLimit: input.onLimit,
    live: input.live,
    // Only where documents are taken does anybody ask.
    fileNames: candidates.some(takesDocuments) ? sent.map(({ name }) => name) : [],
    slot: place?.slot ?? null,
    bucket: place?.bucket ?? null,
    startBy: Math.min(deadline, created + (task.queue_timeout ?? queueTimeout) * 1000),
    onLostAttempt: task.on_lost_attempt,
    onTruncated: task.on_truncated,
    outputRetries: input.instead?.outputRetries ?? task.output_retries,
    policies: [],
    budget: null,
    payer: null,
  }
}
