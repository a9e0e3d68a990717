import type { RunRequest, RunResult } from '../run.ts'
import type { Tally } from '../../totals/delta.ts'

/** What most runs have is left out of what is stored of them, which makes that a third smaller, and read back in. */
const USUAL_REQUEST: Partial<RunRequest> = {
  files: [],
  revision: null,
  llmConfig: null,
  useFallback: false,
  reference: null,
  reportingGroup: null,
  trace: null,
  onLostAttempt: 'retry',
}
const USUAL_RESULT: Partial<RunResult> = {
  error: null,
  parameters: {},
  credits: 0,
  inputSeconds: 0,
  retries: 0,
  usedFallback: false,
  primaryFailure: null,
}

function without<T extends object>(value: T, usual: Partial<T>): Partial<Record<keyof T, unknown>> {
  const rest: Partial<Record<keyof T, unknown>> = { ...value }
  for (const key in usual) {
    const own = value[key]
    const isUsual =
      typeof own === 'object' && own !== null ? Object.keys(own).length === 0 : own === usual[key]
    // Not deleted, which would make the object slow to write.
    if (isUsual) rest[key] = undefined
  }
  return rest
}

/** A request as it is stored: JSON that begins with the ids of run, organisation and project, for scripts to find. */
export function requestToText(request: RunRequest): string {
  const { id, org, project, deadline } = request
  const startBy = request.startBy === deadline ? undefined : request.startBy
  return JSON.stringify({ id, org, project, ...without(request, USUAL_REQUEST), startBy })
}

export function textToRequest(text: string): RunRequest {
  const stored = JSON.parse(text) as RunRequest
  return { ...USUAL_REQUEST, ...stored, startBy: stored.startBy ?? stored.deadline }
}

export const resultToText = (result: RunResult): string => JSON.stringify(without(result, USUAL_RESULT))

export const textToResult = (text: string): RunResult => ({
  ...USUAL_RESULT,
  ...(JSON.parse(text) as RunResult),
})

/** A tally as it is stored: under which names it is shown only where those are not its own. */
export function tallyToText(tally: Tally): string {
  const { project, task, revision, shown } = tally
  const own = shown[0] === project && shown[1] === task && shown[2] === revision
  return JSON.stringify(own ? { ...tally, shown: undefined } : tally)
}

export function textToTally(text: string): Tally {
  const stored = JSON.parse(text) as Tally
  return { ...stored, shown: stored.shown ?? [stored.project, stored.task, stored.revision] }
}
