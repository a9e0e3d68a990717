import { type FleetLimiter, isRefusal, type LimitPlace } from '../../../models/limits/fleet-limiter.ts'
import type { CallEnd } from '../../../models/limits/limit-store.ts'
import { askedWaitOf } from '../../../models/limits/limited-lanes.ts'
import type { ModelLimiters } from '../../../models/limits/model-limiter.ts'
import { isLimited } from '../../../models/limits/rate-limits.ts'
import { readSaidLimits } from '../../../models/limits/said-limits.ts'
import { type Completion, ModelError, type ModelRequest } from '../../../models/model.ts'
import { estimateMessageTokens } from '../../../models/protocol/estimate-tokens.ts'
import { sharedNow } from '../../../platform/clock.ts'
import { laneOfRun, laneOfWaiting } from '../../lane-of-run.ts'
import type { RunRequest } from '../../run.ts'
import { Deferred, LimitReached, LongWait } from './deferred.ts'
import { type EndHold, type HoldBudgetDeps, holdBudget } from './hold-budget.ts'

export interface EnterLimitsDeps extends Omit<HoldBudgetDeps, 'run'> {
  readonly limiters: ModelLimiters
  readonly fleet: FleetLimiter
  /** When the run expires if its model is not asked, ms since the epoch. */
  expires(): number
  /** What is known of the run that calls. */
  readonly run: HoldBudgetDeps['run'] & Pick<RunRequest, 'mode' | 'onLimit'>
}

/** The permission to make one call of a model, which has to be ended by `leave`. */
export interface EnteredLimits {
  /** What is to be told of the server's headers; absent for models whose limits nobody keeps. */
  readonly onHeaders?: ModelRequest['onHeaders']
  /** @param answer what the call came to; null when it was never made */
  leave(answer: Completion | ModelError | null): void
}

/**
 * Waits until a model may be called: by the limiter of this process, and by the limits that the whole fleet keeps. Where
 * no limit of the fleet and no budget is kept, that is known at once. Fails in either way: it throws, or rejects.
 * @throws {Deferred} when that lasts longer than a worker keeps a run
 * @throws {LongWait} when the model's server asks for a wait that the run has no time for: it would expire in the queue
 * @throws {BudgetExceeded} when a hard budget has no room for the call
 * @throws {LimitReached} when it cannot be called at once, and the run's caller wants to know that
 * @throws {ModelError} of kind `aborted` when `signal` fires meanwhile
 */
export function enterLimits(
  deps: EnterLimitsDeps,
  request: ModelRequest,
  signal: AbortSignal,
): EnteredLimits | Promise<EnteredLimits> {
  // Before a budget is asked: for no call, nothing is to be held.
  refuseLongWait(deps, askedWaitOf(deps.limiters, deps.fleet, laneOfWaiting(request.model, deps.run)))
  return deps.run.budget === 'hard' ? enterBudgets(deps, request, signal) : enterModel(deps, request, signal)
}

function refuseLongWait({ expires }: Pick<EnterLimitsDeps, 'expires'>, askedMs: number): void {
  if (askedMs > 0 && askedMs >= expires() - sharedNow()) throw new LongWait(askedMs)
}

async function enterBudgets(
  deps: EnterLimitsDeps,
  request: ModelRequest,
  signal: AbortSignal,
): Promise<EnteredLimits> {
  const lane = laneOfRun(request.model, deps.run)
  const endHold = await holdBudget(deps, request, lane, signal)
  if (!endHold) return enterModel(deps, request, signal)
  try {
    const entered = await enterModel(deps, request, signal)
    return { ...entered, leave: (answer) => leaveBoth(entered, endHold, answer) }
  } catch (error) {
    endHold(NOT_MADE)
    throw error
  }
}

/** A call that was never made costs nothing. */
const NOT_MADE = new ModelError('aborted', 'the call was not made', { retryable: true })

function leaveBoth(entered: EnteredLimits, endHold: EndHold, answer: Completion | ModelError | null): void {
  entered.leave(answer)
  endHold(answer)
}

function enterModel(
  deps: EnterLimitsDeps,
  request: ModelRequest,
  signal: AbortSignal,
): EnteredLimits | Promise<EnteredLimits> {
  const { limiters, fleet, run } = deps
  const { model } = request
  const { id } = model
  if (!limiters.enter(id)) {
    const lane = laneOfWaiting(model, run)
    fleet.know({ lane, model })
    if (run.onLimit === 'fail') throw new LimitReached(limiters.pause(id))
    throw new Deferred(0, lane)
  }
  return isLimited(model) ? enterFleet(deps, request, signal) : { leave: () => limiters.leave(id) }
}

/** The call has its place in the limiter of this process. */
async function enterFleet(
  { limiters, fleet, run, expires }: EnterLimitsDeps,
  { model, messages, parameters }: ModelRequest,
  signal: AbortSignal,
): Promise<EnteredLimits> {
  const { id } = model
  const isBatch = run.mode !== 'wait'
  const atOnce = run.onLimit === 'fail'
  const lane = laneOfWaiting(model, run)
  let place: LimitPlace
  try {
    const call = {
      ...{ model, lane, project: run.project, task: run.task, isBatch, atOnce },
      ...{ inputTokens: estimateMessageTokens(messages), maxTokens: parameters.max_tokens },
    }
    const entered = await fleet.enter(call, signal)
    if (entered === null || isRefusal(entered)) {
      refuseLongWait({ expires }, entered?.askedMs ?? 0)
      throw atOnce ? new LimitReached(entered?.waitMs ?? 0) : new Deferred(0, lane, true)
    }
    place = entered
  } catch (error) {
    limiters.leave(id)
    throw error
  }
  let said: CallEnd['said'] = null
  return {
    onHeaders(header) {
      said = readSaidLimits(header)
    },
    leave(answer) {
      limiters.leave(id)
      place.leave({ ...endOf(answer), said })
    },
  }
}

const NOTHING = { input: 0, output: 0 }

function endOf(answer: Completion | ModelError | null): Pick<CallEnd, 'used' | 'pauseMs'> {
  if (answer === null) return { used: null, pauseMs: 0 }
  if (!(answer instanceof ModelError)) {
    return { used: { input: answer.inputTokens, output: answer.outputTokens }, pauseMs: 0 }
  }
  const pauseMs = answer.kind === 'rate_limited' ? (answer.retryAfterMs ?? 0) : 0
  const { usage } = answer
  if (usage) return { used: { input: usage.inputTokens, output: usage.outputTokens }, pauseMs }
  // Where the model may have answered, it may have counted what was reserved.
  return { used: answer.maybeBilled ? null : NOTHING, pauseMs }
}
