import { type FleetLimiter, isRefusal, type LimitPlace } from '../../../models/limits/fleet-limiter.ts'
import type { CallEnd } from '../../../models/limits/limit-store.ts'
import type { ModelLimiters } from '../../../models/limits/model-limiter.ts'
import { isLimited, laneOf } from '../../../models/limits/rate-limits.ts'
import { readSaidLimits } from '../../../models/limits/said-limits.ts'
import { type Completion, ModelError, type ModelRequest } from '../../../models/model.ts'
import { estimateMessageTokens } from '../../../models/protocol/estimate-tokens.ts'
import type { RunRequest } from '../../run.ts'
import { Deferred, LimitReached } from './deferred.ts'

export interface EnterLimitsDeps {
  readonly limiters: ModelLimiters
  readonly fleet: FleetLimiter
  /** What is known of the run that calls. */
  readonly run: Pick<RunRequest, 'task' | 'mode' | 'onLimit'>
}

/** The permission to make one call of a model, which has to be ended by `leave`. */
export interface EnteredLimits {
  /** What is to be told of the server's headers; absent for models whose limits nobody keeps. */
  readonly onHeaders?: ModelRequest['onHeaders']
  /** @param answer what the call came to; null when it was never made */
  leave(answer: Completion | ModelError | null): void
}

/**
 * Waits until a model may be called: by the limiter of this process, and by the limits that the whole fleet keeps.
 * @throws {Deferred} when that lasts longer than a worker keeps a run
 * @throws {LimitReached} when it cannot be called at once, and the run's caller wants to know that
 * @throws {ModelError} of kind `aborted` when `signal` fires meanwhile
 */
export async function enterLimits(
  { limiters, fleet, run }: EnterLimitsDeps,
  { model, messages, parameters }: ModelRequest,
  signal: AbortSignal,
): Promise<EnteredLimits> {
  const { id } = model
  const isBatch = run.mode !== 'wait'
  const atOnce = run.onLimit === 'fail'
  const lane = laneOf(model, isBatch)
  if (!limiters.enter(id)) {
    if (atOnce) throw new LimitReached(limiters.pause(id))
    throw new Deferred(0, lane)
  }
  if (!isLimited(model)) return { leave: () => limiters.leave(id) }
  let place: LimitPlace
  try {
    const call = {
      ...{ model, task: run.task, isBatch, atOnce },
      ...{ inputTokens: estimateMessageTokens(messages), maxTokens: parameters.max_tokens },
    }
    const entered = await fleet.enter(call, signal)
    if (entered === null || isRefusal(entered)) {
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
