import type { ModelRegistry } from '../../models/model-registry.ts'
import { type CardinalityStore, OTHER } from '../../totals/cardinality-store.ts'
import type { Delta } from '../../totals/delta.ts'
import { creditsOf } from '../attempt-cost.ts'
import type { Attempt, RunRequest, RunResult } from '../run.ts'
import type { DrawnRevision } from '../store/drawn-revision.ts'

export interface DeltaOfRunDeps {
  readonly names: CardinalityStore
  readonly models: ModelRegistry
}

/**
 * What a run adds to the totals when it ends with this result. The names that it is counted under are bounded in
 * number.
 */
export async function deltaOfRun(
  { names, models }: DeltaOfRunDeps,
  request: RunRequest,
  { revision, split }: DrawnRevision,
  result: RunResult,
  attempts: readonly Attempt[],
): Promise<Delta> {
  const { id, project, task, reportingGroup, mode } = request
  const hasSeries = (await names.series(project, task, revision)) !== OTHER
  const { status, settled, outputCheck, inputTokens, outputTokens, credits, retries, timings } = result
  // What is 0 is left out.
  const cachedTokens = result.cachedTokens || undefined
  const reasoningTokens = result.reasoningTokens || undefined
  const possibleCredits = result.possibleCredits || undefined
  return {
    ...{ run: id, project, task, revision, mode },
    group: reportingGroup === null ? null : await names.group(project, reportingGroup),
    shown: hasSeries ? [project, task, revision] : [OTHER, OTHER, OTHER],
    drawn: request.revision === null && revision !== null,
    split: split ?? undefined,
    bucket: request.bucket ?? undefined,
    fallbackAsked: request.useFallback || undefined,
    payer: request.payer ?? undefined,
    result: {
      ...{ status, settled, outputCheck, inputTokens, outputTokens, credits, retries, timings },
      ...{ cachedTokens, reasoningTokens, possibleCredits },
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
