import { addScores, addToComparison, comparedRun } from './comparison-sums.ts'
import type { AnyDelta, Delta, FeedbackDelta } from './delta.ts'
import { addPair } from './pair-sums.ts'
import {
  addToCallMetrics,
  addToReport,
  addToRunMetrics,
  type FieldSums,
  joinName,
  rollupDay,
  rollupHour,
  type SumsOf,
} from './rollup.ts'

/** The sums of runs that are counted alike. */
interface RunSums {
  readonly report: FieldSums
  /** Of the key that pays for them; null for none. */
  readonly payer: FieldSums | null
  readonly metrics: FieldSums
  /** Those of the metrics of each model, by its name. */
  readonly models: Map<string | null, FieldSums>
  /** Null for runs of no revision. */
  readonly comparison: FieldSums | null
}

/** Sums that were looked for already, by what tells runs apart that are not counted alike. */
export type KnownSums = Map<string, RunSums>

/**
 * Adds a delta to its sums: one for reports, one for metrics, one for the metrics of each model that the run called,
 * which may be two, and one for comparisons.
 * @param known of deltas that were added to the same sums before: making the names of sums takes longer than adding to them
 */
export function addDelta(delta: AnyDelta, sumsOf: SumsOf, known: KnownSums = new Map()): void {
  if ('levels' in delta) {
    addFeedback(delta, sumsOf)
    return
  }
  if ('shadow' in delta) {
    addPair(delta, sumsOf)
    return
  }
  const sums = sumsOfRun(delta, sumsOf, known)
  const { shown, result, calls } = delta
  addToReport(sums.report, result, calls)
  sums.payer?.add('credits', result.credits)
  addToRunMetrics(sums.metrics, delta.mode, delta.drawn, result)
  if (delta.reuse) {
    for (const each of [sums.report, sums.metrics]) addReuse(each, delta.reuse, delta.savedCredits)
  }
  for (const call of calls) {
    let ofModel = sums.models.get(call.model)
    if (!ofModel) {
      ofModel = sumsOf(`${joinName(shown)}/${joinName([call.model])}`, null)
      sums.models.set(call.model, ofModel)
    }
    addToCallMetrics(ofModel, call)
  }
  if (sums.comparison) addCompared(delta, sums.comparison)
}

function sumsOfRun(delta: Delta, sumsOf: SumsOf, known: KnownSums): RunSums {
  const { project, task, revision, group, shown, split, payer } = delta
  const hour = { kind: 'hour', text: rollupHour(delta.result.settled) } as const
  const compared = isCompared(delta)
  // Only a group may have any character, and it comes last.
  const alike = `${project} ${task} ${revision} ${shown[0]} ${payer} ${compared ? split : ''} ${hour.text} ${group === null ? '' : `=${group}`}`
  const found = known.get(alike)
  if (found) return found
  const day = { kind: 'day', text: rollupDay(delta.result.settled) } as const
  const comparedAs = compared ? [project, task, revision, String(split)] : [project, task, null, null]
  const sums: RunSums = {
    report: sumsOf(joinName([project, task, revision, group]), day),
    payer: payer ? sumsOf(joinName([project, payer]), { kind: 'key-day', text: day.text }) : null,
    metrics: sumsOf(joinName(shown), null),
    models: new Map(),
    comparison: revision === null ? null : sumsOf(joinName(comparedAs), hour),
  }
  known.set(alike, sums)
  return sums
}

function addFeedback(delta: FeedbackDelta, sumsOf: SumsOf): void {
  const { project, task, revision, split, bucket, given, isFirst, levels, latest } = delta
  const day = { kind: 'day', text: rollupDay(delta.settled) } as const
  if (latest.length > 0) {
    const report = sumsOf(joinName([project, task, revision, delta.group]), day)
    for (const [name, text, by] of latest)
      report.add(`score:${name}:${encodeURIComponent(text.toWellFormed())}`, by)
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

/** Adds `reuse:hit|miss`, and `saved` credits (millionths). */
function addReuse(sums: FieldSums, reuse: 'hit' | 'miss', saved = 0): void {
  sums.add(`reuse:${reuse}`, 1)
  sums.add('saved', saved)
}

/**
 * A run whose revision was not drawn, that asked for the fallback model, or what another run had asked, is only counted as
 * left out.
 */
const isCompared = ({ split, fallbackAsked, repeated }: Delta): boolean =>
  split !== undefined && !fallbackAsked && !repeated

function addCompared(delta: Delta, sums: FieldSums): void {
  if (isCompared(delta)) addToComparison(sums, comparedRun(delta.result, delta.calls), delta.bucket ?? null)
  else sums.add(leftOutAs(delta), 1)
}

function leftOutAs({ drawn, fallbackAsked }: Delta): string {
  if (!drawn) return 'pinned'
  return fallbackAsked ? 'fallback_asked' : 'repeated'
}
