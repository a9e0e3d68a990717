import { addToCallMetrics, addToReport, addToRunMetrics, joinName, rollupDay, type Sums } from './rollup.ts'
import type { Attempt, RunRequest, RunResult } from '../runs/run.ts'

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

/** The totals of a name, as `joinName` joins it: of the given UTC day (`20261124`), or for ever where it is null. */
export type SumsOf = (name: string, day: string | null) => Sums

/**
 * Adds a tally to the totals that it belongs to: one for reports, one for metrics, and one for the metrics of each model
 * that the run called, since it may have paid two.
 */
export function addTally({ project, task, revision, group, shown, ...tally }: Tally, sumsOf: SumsOf): void {
  const { result, calls, mode, drawn } = tally
  addToReport(sumsOf(joinName([project, task, revision, group]), rollupDay(result.settled)), result, calls)
  const name = joinName(shown)
  addToRunMetrics(sumsOf(name, null), mode, drawn, result)
  for (const [model, ofModel] of Map.groupBy(calls, (call) => call.model)) {
    addToCallMetrics(sumsOf(`${name}/${joinName([model])}`, null), ofModel)
  }
}
