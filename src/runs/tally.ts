import { callRollup, joinName, type Rollup, reportRollup, runRollup } from './rollup.ts'
import type { Attempt, RunRequest, RunResult } from './run.ts'

/** Of an attempt what totals are made of. */
export type TalliedCall = Pick<
  Attempt,
  'model' | 'outcome' | 'started' | 'ended' | 'inputTokens' | 'outputTokens'
> & { readonly credits: number }

/** Of a result the same: nothing of what was asked and answered. */
export type TalliedResult = Pick<
  RunResult,
  'status' | 'settled' | 'outputCheck' | 'inputTokens' | 'outputTokens' | 'credits' | 'retries' | 'timings'
> & { readonly error: { readonly reason: string } | null }

/**
 * What a run adds to the totals, put down in the step that settles it. The run counts from then on: that its numbers
 * are added to the totals later, those of many runs at once, is nobody's to see, for whoever reads totals has it done.
 */
export interface Tally {
  readonly run: string
  readonly project: string
  readonly task: string
  readonly revision: string | null
  /** The reporting group that it counts under. */
  readonly group: string | null
  /** Project, task and revision as metrics show them. */
  readonly shown: readonly (string | null)[]
  /** True when its revision was drawn by weight. */
  readonly drawn: boolean
  readonly mode: RunRequest['mode']
  readonly result: TalliedResult
  readonly calls: readonly TalliedCall[]
}

/**
 * One rollup for reports, one for metrics, and one for the metrics of each model that the run called, since it may have
 * paid two.
 */
export function rollupsOf(tally: Tally): Rollup[] {
  const { project, task, revision, group, shown, result, calls } = tally
  return [
    reportRollup(joinName([project, task, revision, group]), result, calls),
    runRollup(joinName(shown), tally.mode, tally.drawn, result),
    ...[...Map.groupBy(calls, (call) => call.model)].map(([model, ofModel]) => {
      // Not a sum of tokens at a price: that would round the run once, where the ledger rounds each call.
      const credits = ofModel.reduce((sum, call) => sum + call.credits, 0)
      return callRollup(joinName([...shown, model]), ofModel, credits)
    }),
  ]
}
