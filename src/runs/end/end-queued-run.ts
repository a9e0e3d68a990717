import type { ModelRegistry } from '../../models/model-registry.ts'
import { shardOf } from '../../platform/ids.ts'
import { type Tracer, within } from '../../platform/tracing/tracing.ts'
import type { RunQueue } from '../../queues.ts'
import type { RunRecord } from '../run.ts'
import { BROKEN_OFF, resultOf } from '../run-result.ts'
import { describeEnd } from '../run-span.ts'
import type { RunStore } from '../store/run-store.ts'
import { type TallyRunDeps, tallyRun } from '../execute/delta-of-run.ts'

export interface EndQueuedRunDeps extends TallyRunDeps {
  readonly runs: RunStore
  readonly models: ModelRegistry
  readonly tracer: Tracer
  /** By shard. */
  readonly queues: readonly RunQueue[]
}

/**
 * Ends a run that no worker has, so that no model is paid for it. Its job goes too, or finds nothing to do.
 * False when a worker has taken it meanwhile, or it has ended.
 */
export async function endQueuedRun(
  deps: EndQueuedRunDeps,
  record: RunRecord,
  reason: 'cancelled' | 'expired',
): Promise<boolean> {
  const { request, attempts, revision } = record
  const result = resultOf(request, null, attempts, { error: BROKEN_OFF[reason] }, deps.models.find)
  const tally = await tallyRun(deps, request, revision ?? request.revision, result, attempts)
  const span = deps.tracer.start('run settle', request.trace, { kind: 'internal' })
  const settled = await within(span, async () => {
    const ended = await deps.runs.settleQueued(request, result, attempts, tally)
    if (ended) describeEnd(span, result)
    return ended
  })
  if (settled) await deps.queues[shardOf(request.id)]?.remove(request.id).catch(() => {})
  return settled
}
