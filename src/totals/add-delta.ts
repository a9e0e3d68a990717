import type { Delta } from './delta.ts'
import {
  addToCallMetrics,
  addToReport,
  addToRunMetrics,
  type FieldSums,
  joinName,
  rollupDay,
} from './rollup.ts'

/** Returns the sums for a name, as `joinName` makes it: of a UTC day (`20261124`), or for ever when `day` is null. */
export type SumsOf = (name: string, day: string | null) => FieldSums

/**
 * Adds a delta to its sums: one for reports, one for metrics, and one for the metrics of each model that the run called,
 * which may be two.
 */
export function addDelta({ project, task, revision, group, shown, ...delta }: Delta, sumsOf: SumsOf): void {
  const { result, calls, mode, drawn } = delta
  addToReport(sumsOf(joinName([project, task, revision, group]), rollupDay(result.settled)), result, calls)
  const name = joinName(shown)
  addToRunMetrics(sumsOf(name, null), mode, drawn, result)
  for (const [model, ofModel] of Map.groupBy(calls, (call) => call.model)) {
    addToCallMetrics(sumsOf(`${name}/${joinName([model])}`, null), ofModel)
  }
}
