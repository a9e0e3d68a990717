import type { ModelRegistry } from '../models/model-registry.ts'
import { type CountedNameStore, OTHER } from './counted-name-store.ts'
import { callRollup, joinName, type Rollup, reportRollup, runRollup } from './rollup.ts'
import type { Attempt, RunRequest, RunResult } from './run.ts'
import { creditsOf } from './run-result.ts'

export interface CountRunDeps {
  readonly names: CountedNameStore
  readonly models: ModelRegistry
}

/**
 * What a run that ends like this adds to the totals: one rollup for reports, one for metrics, and one for the metrics of
 * each model that it called, since a run may have paid two.
 */
export async function countRun(
  { names, models }: CountRunDeps,
  request: RunRequest,
  revision: string | null,
  result: RunResult,
  attempts: readonly Attempt[],
): Promise<Rollup[]> {
  const { project, task, reportingGroup } = request
  const group = reportingGroup === null ? null : await names.group(project, reportingGroup)
  const owner = [project, task, revision]
  const shown = (await names.hasSeries(joinName(owner))) ? owner : [OTHER, OTHER, OTHER]
  const drawn = request.revision === null && revision !== null
  // Not a sum of tokens at a price: that would round the run once, where the ledger rounds each call.
  const credits = (calls: readonly Attempt[]) =>
    calls.reduce((sum, call) => sum + creditsOf(call, models.find), 0)
  return [
    reportRollup(joinName([...owner, group]), result, attempts),
    runRollup(joinName(shown), request, drawn, result),
    ...[...Map.groupBy(attempts, (attempt) => attempt.model)].map(([model, calls]) =>
      callRollup(joinName([...shown, model]), calls, credits(calls)),
    ),
  ]
}
