import type { ModelRegistry } from '../../models/model-registry.ts'
import { type Tracer, within } from '../../platform/tracing/tracing.ts'
import { type DeltaOfRunDeps, deltaOfRun } from '../execute/delta-of-run.ts'
import { endLeftShare, leftShareOf } from '../reuse/left-share.ts'
import type { ReuseStore } from '../reuse/reuse-store.ts'
import type { RunRecord } from '../run.ts'
import { ABORT_ERRORS, resultOf } from '../run-result.ts'
import { describeEnd } from '../run-span.ts'
import type { RunStore } from '../store/run-store.ts'

export interface EndQueuedRunDeps extends DeltaOfRunDeps {
  readonly runs: RunStore
  readonly models: ModelRegistry
  readonly tracer: Tracer
  readonly reuse: ReuseStore
}

/**
 * Ends a run that no worker has, and removes its job: no model is called for it.
 * Returns false when a worker has claimed the run since it was read, even if it has given it back, or the run has ended.
 */
export async function endQueuedRun(
  deps: EndQueuedRunDeps,
  record: RunRecord,
  reason: 'cancelled' | 'expired',
): Promise<boolean> {
  const { request, attempts, revision, split } = record
  const left = await leftShareOf(deps.runs, record)
  const outcome = { error: ABORT_ERRORS[reason], repeated: left?.repeated }
  const result = resultOf(request, null, attempts, outcome, deps.models.find)
  const delta = await deltaOfRun(
    deps,
    request,
    { revision: revision ?? request.revision, split },
    result,
    attempts,
  )
  const span = deps.tracer.start('run settle', request.trace, { kind: 'internal' })
  return within(span, async () => {
    const ended = await deps.runs.settleQueued(record, result, delta)
    if (ended) describeEnd(span, result)
    // Those that wait for it look by themselves, too, if they are not told.
    if (ended) await endLeftShare(deps, request, left).catch(() => {})
    return ended
  })
}
