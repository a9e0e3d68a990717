import { holdsRawJson, parseExact } from '../../platform/json/exact-json.ts'
import { readJson } from '../../platform/json/read-json.ts'
import type { RunRequest } from '../run.ts'
import { type Members, someOf, unless, withLarge } from './stored-json.ts'

/** There when the inputs hold numbers that a double cannot hold: all others are read in the quicker way. */
interface WrittenRequest extends RunRequest {
  readonly exact?: true
}

/** What every stored request has; what is as usual is left out, which makes most records a third smaller. */
type StoredRequest = Partial<WrittenRequest> &
  Pick<RunRequest, 'id' | 'org' | 'project' | 'task' | 'user' | 'created' | 'mode' | 'deadline' | 'inputs'>

/**
 * A request as it is stored: JSON that begins with the ids of run, organisation and project, where scripts read them.
 *
 * Its members are named one by one, here and where it is read: to do something to each member of an object takes several
 * times as long (docs/decisions/tricks.md), and every run is written once and read twice.
 */
export function requestToText(request: RunRequest): string {
  const { inputs } = request
  const head: Members<WrittenRequest> = {
    id: request.id,
    org: request.org,
    project: request.project,
    task: request.task,
    user: request.user,
    created: request.created,
    mode: request.mode,
    deadline: request.deadline,
    startBy: unless(request.deadline, request.startBy),
    files: someOf(request.files),
    fileNames: someOf(request.fileNames),
    revision: unless(null, request.revision),
    slot: unless(null, request.slot),
    bucket: unless(null, request.bucket),
    llmConfig: someOf(request.llmConfig),
    useFallback: unless(false, request.useFallback),
    reference: unless(null, request.reference),
    reportingGroup: unless(null, request.reportingGroup),
    trace: someOf(request.trace),
    onLostAttempt: unless('retry', request.onLostAttempt),
    onTruncated: unless('fail', request.onTruncated),
    outputRetries: unless(1, request.outputRetries),
    policies: someOf(request.policies),
    budget: unless(null, request.budget),
    payer: unless(null, request.payer),
    onLimit: unless('wait', request.onLimit),
    live: unless(false, request.live),
    shadowOf: request.shadowOf,
    cache: request.cache,
    inputs: undefined,
    exact: holdsRawJson(inputs) || undefined,
  }
  return withLarge(head, 'inputs', inputs)
}

/** Reads a stored request, or its head, which has no inputs. */
export function textToRequest(text: string): RunRequest {
  const stored = readJson(text) as StoredRequest
  const request = completed(stored.exact ? (readJson(text, parseExact) as StoredRequest) : stored)
  if (stored.shadowOf !== undefined) return { ...request, shadowOf: stored.shadowOf }
  return stored.cache === undefined ? request : { ...request, cache: stored.cache }
}

const NONE: readonly never[] = []

/** With what was left out as usual. */
const completed = (stored: StoredRequest): RunRequest => ({
  id: stored.id,
  org: stored.org,
  project: stored.project,
  task: stored.task,
  user: stored.user,
  created: stored.created,
  inputs: stored.inputs,
  mode: stored.mode,
  startBy: stored.startBy ?? stored.deadline,
  deadline: stored.deadline,
  files: stored.files ?? NONE,
  fileNames: stored.fileNames ?? NONE,
  revision: stored.revision ?? null,
  slot: stored.slot ?? null,
  bucket: stored.bucket ?? null,
  llmConfig: stored.llmConfig ?? null,
  useFallback: stored.useFallback ?? false,
  reference: stored.reference ?? null,
  reportingGroup: stored.reportingGroup ?? null,
  trace: stored.trace ?? null,
  onLostAttempt: stored.onLostAttempt ?? 'retry',
  onTruncated: stored.onTruncated ?? 'fail',
  outputRetries: stored.outputRetries ?? 1,
  policies: stored.policies ?? NONE,
  budget: stored.budget ?? null,
  payer: stored.payer ?? null,
  onLimit: stored.onLimit ?? 'wait',
  live: stored.live ?? false,
})
