import { comparedRun } from '../../totals/comparison-sums.ts'
import { bucketOf, SECONDS } from '../../totals/histogram.ts'
import { differencesOf } from '../../totals/pair-sums.ts'
import type { Attempt, RunResult } from '../run.ts'

/** Ends that say nothing of the revision: something else was in the way of the run. */
const NOT_THE_REVISION = new Set([
  ...['RUN_CANCELLED', 'WORKER_LOST', 'RATE_LIMITED', 'BUDGET_EXCEEDED', 'TASK_REVISION_NOT_FOUND'],
  ...['FILES_UNAVAILABLE', 'INTERNAL_ERROR', 'STORE_UNAVAILABLE'],
])

/** Whether the end of a run says something of its revision. */
export const isComparable = ({ error }: Pick<RunResult, 'error'>): boolean =>
  error === null || !NOT_THE_REVISION.has(error.reason)

export interface EndedRun {
  readonly result: RunResult
  readonly attempts: readonly Attempt[]
}

/** What a shadow run has more than the run that it was made beside. Of their time, that of the models counts: a shadow waits longer. */
export const pairOf = (run: EndedRun, shadow: EndedRun) => differencesOf(countsOf(run), countsOf(shadow))

const countsOf = ({ result, attempts }: EndedRun) => ({
  ...comparedRun(result, attempts),
  latency: bucketOf(SECONDS, result.timings.model / 1000),
})
