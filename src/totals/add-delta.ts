import { addScores, addToComparison, comparedRun } from './comparison-sums.ts'
import type { AnyDelta, Delta, FeedbackDelta } from './delta.ts'
import { addPair } from './pair-sums.ts'
import {
  addToCallMetrics,
  addToReport,
  addToRunMetrics,
  joinName,
  rollupDay,
  rollupHour,
  type SumsOf,
} from './rollup.ts'

/**
 * Adds a delta to its sums: one for reports, one for metrics, one for the metrics of each model that the run called,
 * which may be two, and one for comparisons.
 */
export function addDelta(delta: AnyDelta, sumsOf: SumsOf): void {
  if ('levels' in delta) {
    addFeedback(delta, sumsOf)
    return
  }
  if ('shadow' in delta) {
    addPair(delta, sumsOf)
    return
  }
  const { project, task, revision, group, shown, result, calls, mode, drawn } = delta
  const day = { kind: 'day', text: rollupDay(result.settled) } as const
  addToReport(sumsOf(joinName([project, task, revision, group]), day), result, calls)
  if (delta.payer) {
    const ofKey = { kind: 'key-day', text: day.text } as const
    sumsOf(joinName([project, delta.payer]), ofKey).add('credits', result.credits)
  }
  const name = joinName(shown)
  addToRunMetrics(sumsOf(name, null), mode, drawn, result)
  for (const [model, ofModel] of Map.groupBy(calls, (call) => call.model)) {
    addToCallMetrics(sumsOf(`${name}/${joinName([model])}`, null), ofModel)
  }
  if (revision !== null) addCompared(delta, revision, sumsOf)
}

function addFeedback(delta: FeedbackDelta, sumsOf: SumsOf): void {
  const { project, task, revision, split, bucket, given, isFirst, levels, latest } = delta
  const day = { kind: 'day', text: rollupDay(delta.settled) } as const
  if (latest.length > 0) {
    const report = sumsOf(joinName([project, task, revision, delta.group]), day)
    for (const [name, text, by] of latest) report.add(`score:${name}:${encodeURIComponent(text)}`, by)
  }
  if (levels.length === 0) return
  if (delta.hasSeries) {
    const metrics = sumsOf(joinName([project, task, revision]), null)
    for (const [name, , good] of levels) {
      metrics.add(`score:${name}:n`, 1)
      metrics.add(`score:${name}:good`, good)
    }
  }
  if (revision === null || split === null) return
  const hour = { kind: 'hour', text: rollupHour(given) } as const
  addScores(sumsOf(joinName([project, task, revision, String(split)]), hour), levels, bucket, isFirst)
}

/** A run whose revision was not drawn, or that asked for the fallback model, is only counted as left out. */
function addCompared(
  { project, task, result, calls, ...delta }: Delta,
  revision: string,
  sumsOf: SumsOf,
): void {
  const hour = { kind: 'hour', text: rollupHour(result.settled) } as const
  if (delta.split === undefined || delta.fallbackAsked) {
    const excluded = sumsOf(joinName([project, task, null, null]), hour)
    excluded.add(delta.drawn ? 'fallback_asked' : 'pinned', 1)
    return
  }
  const sums = sumsOf(joinName([project, task, revision, String(delta.split)]), hour)
  addToComparison(sums, comparedRun(result, calls), delta.bucket ?? null)
}
