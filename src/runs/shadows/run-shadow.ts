import { sharedNow } from '../../platform/clock.ts'
import type { Redis } from '../../platform/redis/redis.ts'
import { within } from '../../platform/tracing/tracing.ts'
import { shadowBudget } from '../../policies/shadow-budget.ts'
import type { Revision } from '../../tasks/task.ts'
import type { Dropped } from '../../totals/delta.ts'
import type { ExecuteRunDeps } from '../execute/execute-run.ts'
import { Ledger } from '../ledger.ts'
import type { RunRecord, RunResult } from '../run.ts'
import { resultOf } from '../run-result.ts'
import { describeEnd, startExecuteSpan } from '../run-span.ts'
import type { Claim } from '../store/claim.ts'
import type { EndedShadow, ShadowLane, TakenShadow } from '../store/shadow-lane.ts'
import { type Asked, askShadow } from './ask-shadow.ts'
import { deltaOfShadow, type ShadowEnd } from './delta-of-shadow.ts'
import { isComparable, pairOf } from './pair-of-runs.ts'
import { shadowRequest } from './shadow-request.ts'
import type { WatchWanted } from './watch-wanted.ts'

export interface RunShadowDeps extends ExecuteRunDeps {
  readonly shadows: ShadowLane
  readonly redis: Redis
  readonly watchWanted: WatchWanted
  /** A shadow run that has waited longer is not made, in ms. */
  readonly shadowPatienceMs: number
}

/** `returned`: it waits again, and is not to be taken at once. */
export type ShadowOutcome = 'ended' | 'returned'

type Parent = RunRecord & { readonly result: RunResult; readonly revision: string }

/**
 * Makes a shadow run: asks another revision what a caller's run asked. It has its own limiters, its own budget and its own
 * totals, so that the caller of that run, and others, are neither delayed nor charged.
 * @throws the error of Redis, when it is away: then the shadow run is lost
 */
export async function runShadow(
  deps: RunShadowDeps,
  taken: TakenShadow,
  stopping: AbortSignal,
): Promise<ShadowOutcome> {
  const parent = await deps.runs.get(taken.parent)
  if (!isParent(parent)) {
    await deps.shadows.end(taken, null, null)
    return 'ended'
  }
  const { project, task: id } = parent.request
  const shadow = (await deps.tasks.recent(project, id))?.shadow
  const revision = await deps.tasks.revision(project, taken.revision)
  if (shadow?.revision !== taken.revision || !revision) return drop(deps, taken, parent, 'stopped')
  if (taken.lost) return drop(deps, taken, parent, 'lost')
  const waited = sharedNow() - parent.result.settled
  if (waited > deps.shadowPatienceMs) return drop(deps, taken, parent, 'late')
  return execute(deps, taken, parent, revision, shadow.max_credits_per_day, stopping)
}

const isParent = (record: RunRecord | null): record is Parent =>
  record !== null && record.result !== null && record.revision !== null

async function execute(
  deps: RunShadowDeps,
  taken: TakenShadow,
  parent: Parent,
  revision: Revision,
  mostCredits: number | null,
  stopping: AbortSignal,
): Promise<ShadowOutcome> {
  const { project, task } = parent.request
  const budget = shadowBudget(deps.redis, { project, task }, mostCredits)
  const request = shadowRequest(parent.request, taken.revision, mostCredits !== null, sharedNow())
  const claim = claimOf(request, taken.revision)
  const span = startExecuteSpan(deps.tracer, claim, Date.now())
  const ledger = new Ledger([], claim.fence, deps.worker)
  const watch = { inputs: 0, model: 0, validate: 0, limit: 0 }
  const asked = await within(span, () =>
    askShadow(
      { ...deps, span, budgets: budget },
      { claim, parent: parent.request.id, revision, ledger, watch },
      stopping,
    ),
  )
  if (asked === 'returned') {
    span.end()
    await deps.shadows.giveBack(taken)
    return 'returned'
  }
  const attempts = ledger.all()
  const outcome = { ...asked.outcome, watch, fence: claim.fence, limited: null }
  const result = resultOf(request, claim.claimed, attempts, outcome, deps.models.find)
  describeEnd(span, result)
  span.end()
  await settle(deps, taken, parent, { request, result, attempts }, asked)
  // What cost nothing and was held for nothing changes nothing.
  if (mostCredits !== null || result.credits > 0) await budget.spend(parent.request.id, result.credits)
  return 'ended'
}

/** A claim that nobody can take away: it is the lane that knows whose a shadow run is. */
const claimOf = (request: Claim['request'], revision: string): Claim => ({
  ...{
    request,
    revision,
    split: null,
    fence: 1,
    bytes: 0,
    model: '',
    attempts: [],
    claimed: request.created,
  },
  ...{ claimsExhausted: false, cancelled: false, limited: null, live: false, shown: null },
})

async function settle(
  deps: RunShadowDeps,
  taken: TakenShadow,
  parent: Parent,
  shadow: EndedShadow,
  asked: Exclude<Asked, 'returned'>,
): Promise<void> {
  const dropped = asked.dropped ?? (isComparable(shadow.result) ? null : 'unusable')
  const end: ShadowEnd = {
    ...endOf(taken, parent),
    credits: shadow.result.credits,
    ...(dropped ? { dropped } : { differences: pairOf(parent, shadow) }),
  }
  // Of one that asked nothing there is nothing to show.
  const kept = asked.dropped && shadow.attempts.length === 0 ? null : shadow
  await deps.shadows.end(taken, await deltaOfShadow(deps.names, end), kept)
}

async function drop(
  deps: RunShadowDeps,
  taken: TakenShadow,
  parent: Parent,
  dropped: Dropped,
): Promise<ShadowOutcome> {
  const delta = await deltaOfShadow(deps.names, { ...endOf(taken, parent), dropped })
  await deps.shadows.end(taken, delta, null)
  return 'ended'
}

const endOf = ({ revision }: TakenShadow, parent: Parent) => ({
  ...{ request: parent.request, drawn: parent.revision, revision, ended: sharedNow() },
})
