import type { ModelRegistry } from '../../models/model-registry.ts'
import type { Logger } from '../../platform/logger.ts'
import { type Span, traceIdOf, within } from '../../platform/tracing/tracing.ts'
import type { Shadow } from '../../tasks/split/shadow.ts'
import type { Delta } from '../../totals/delta.ts'
import type { Ledger } from '../ledger.ts'
import type { RunShare } from '../reuse/run-share.ts'
import type { RunResult } from '../run.ts'
import { type Outcome, resultOf } from '../run-result.ts'
import { describeEnd } from '../run-span.ts'
import type { LeaveShadow } from '../shadows/leave-shadow.ts'
import type { Claim } from '../store/claim.ts'
import type { ReadCapacity, RunStore } from '../store/run-store.ts'
import { type DeltaOfRunDeps, deltaOfRun } from './delta-of-run.ts'
import { retryWhileRedisDown } from './retry-while-redis-down.ts'
import type { RunDurations } from './run-durations.ts'

export interface SettleRunDeps extends DeltaOfRunDeps {
  readonly runs: RunStore
  readonly models: ModelRegistry
  readonly log: Logger
  /** Null where no exemplars are exposed. */
  readonly durations: RunDurations | null
  /**
   * How long a result is kept in memory while Redis is away, in ms. After that it is lost, and the run is executed
   * again.
   */
  readonly settleTimeoutMs: number
  /** Lets another revision run beside a run that has ended. */
  readonly leaveShadow?: LeaveShadow
}

/** What one claim is settled with. */
interface Settling extends SettleRunDeps {
  readonly span: Span
  /** Of its task; null or absent: nothing runs beside it. */
  readonly shadow?: Shadow | null
  /** Its part in the reuse of results; null or absent: none. */
  readonly share?: RunShare | null
}

/**
 * Ends a claimed run, and describes its end on the claim's span. False when the claim was lost to another worker.
 * @throws the error of Redis, when it is away for longer than `settleTimeoutMs`
 */
export async function settleRun(
  deps: Settling,
  claim: Claim,
  ledger: Ledger,
  outcome: Outcome,
  capacity: ReadCapacity,
): Promise<boolean> {
  const { request } = claim
  const attempts = ledger.all()
  if (deps.share) await deps.share.resume()
  const result = resultOf(
    request,
    claim.claimed,
    attempts,
    { ...outcome, fence: claim.fence, limited: claim.limited, repeated: deps.share?.repeated },
    deps.models.find,
  )
  // Idempotent: a second settle of the same claim finds that the run has ended.
  const settle = (delta: Delta) => deps.runs.settle(claim, result, attempts, delta, capacity)
  const write = (): Promise<boolean> => {
    const delta = deltaOfRun(deps, request, claim, result, attempts)
    return delta instanceof Promise ? delta.then(settle) : settle(delta)
  }
  const settling = deps.span.child('run settle', { kind: 'internal' })
  const settled = await within(settling, () => retryWhileRedisDown(deps.settleTimeoutMs, write))
  if (!settled) return false
  describeEnd(deps.span, result)
  deps.durations?.observe(request, result)
  logSettled(deps.log, claim, result, attempts.length)
  // Of what comes again, what is executed still is what failed before: pairs would be of that.
  if (deps.shadow && !outcome.reused && !result.repeated) deps.leaveShadow?.(deps.shadow, claim, result)
  if (deps.share) await deps.share.ended(result, outcome.asked?.isCut !== true)
  return true
}

function logSettled(log: Logger, { request, revision }: Claim, result: RunResult, attempts: number): void {
  log.info(
    {
      run_id: request.id,
      trace_id: traceIdOf(request.trace) ?? undefined,
      task_id: request.task,
      revision_id: revision,
      status: result.status,
      reason: result.error?.reason,
      model: result.model,
      attempts,
      cached_from: result.cachedFrom,
      input_tokens: result.inputTokens,
      output_tokens: result.outputTokens,
      timings: result.timings,
    },
    'run settled',
  )
}
