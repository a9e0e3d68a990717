import type { ModelRegistry } from '../../models/model-registry.ts'
import { type CardinalityStore, OTHER } from '../../totals/cardinality-store.ts'
import type { Delta } from '../../totals/delta.ts'
import { creditsOf } from '../attempt-cost.ts'
import { type Attempt, isRepeated, type RunRequest, type RunResult } from '../run.ts'
import type { DrawnRevision } from '../store/drawn-revision.ts'

export interface DeltaOfRunDeps {
  readonly names: CardinalityStore
  readonly models: ModelRegistry
}

/**
 * What a run adds to the totals when it ends with this result. The names that it is counted under are bounded in
 * number; where they are known, so is the delta, at once.
 */
export function deltaOfRun(
  { names, models }: DeltaOfRunDeps,
  request: RunRequest,
  drawn: DrawnRevision,
  result: RunResult,
  attempts: readonly Attempt[],
): Delta | Promise<Delta> {
  const { project, task, reportingGroup } = request
  const series = names.series(project, task, drawn.revision)
  const group = reportingGroup === null ? null : names.group(project, reportingGroup)
  const under = (hasSeries: boolean, counted: string | null) =>
    deltaUnder(hasSeries, counted, models, request, drawn, result, attempts)
  return series instanceof Promise || group instanceof Promise
    ? Promise.all([series, group]).then(([ofSeries, counted]) => under(ofSeries !== OTHER, counted))
    : under(series !== OTHER, group)
}

/** Each member is written once: to copy some of them from another object takes several times as long. */
function deltaUnder(
  hasSeries: boolean,
  group: string | null,
  models: ModelRegistry,
  request: RunRequest,
  { revision, split }: DrawnRevision,
  result: RunResult,
  attempts: readonly Attempt[],
): Delta {
  const { project, task } = request
  return {
    run: request.id,
    project,
    task,
    revision,
    mode: request.mode,
    group,
    shown: hasSeries ? [project, task, revision] : [OTHER, OTHER, OTHER],
    drawn: request.revision === null && revision !== null,
    split: split ?? undefined,
    bucket: request.bucket ?? undefined,
    fallbackAsked: request.useFallback || undefined,
    payer: request.payer ?? undefined,
    reuse: request.cache ? (result.cachedFrom === undefined ? 'miss' : 'hit') : undefined,
    savedCredits: result.savedCredits || undefined,
    repeated: isRepeated(result) || undefined,
    result: {
      status: result.status,
      settled: result.settled,
      outputCheck: result.outputCheck,
      inputTokens: result.inputTokens,
      outputTokens: result.outputTokens,
      credits: result.credits,
      retries: result.retries,
      timings: result.timings,
      // What is 0 is left out.
      cachedTokens: result.cachedTokens || undefined,
      reasoningTokens: result.reasoningTokens || undefined,
      possibleCredits: result.possibleCredits || undefined,
      error: result.error && { reason: result.error.reason },
    },
    calls: attempts.map((attempt) => ({
      model: attempt.model,
      outcome: attempt.outcome,
      started: attempt.started,
      ended: attempt.ended,
      inputTokens: attempt.inputTokens,
      outputTokens: attempt.outputTokens,
      cachedTokens: attempt.cachedTokens,
      cacheWriteTokens: attempt.cacheWriteTokens,
      reasoningTokens: attempt.reasoningTokens,
      possibleCredits: attempt.possibleCredits,
      credits: creditsOf(attempt, models.find),
    })),
  }
}
