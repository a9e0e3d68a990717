import { setTimeout as pause } from 'node:timers/promises'
import type { Lanes } from '../../../models/limits/lanes.ts'
import { type Completion, ModelError, type ModelRequest } from '../../../models/model.ts'
import { estimateFileTokens, MOST_IMAGE_TOKENS } from '../../../models/protocol/estimate-tokens.ts'
import { rulesOf } from '../../../models/protocol/request-parameters.ts'
import type { Logger } from '../../../platform/logger.ts'
import type { BudgetStore } from '../../../policies/budget-store.ts'
import { costOf } from '../../attempt-cost.ts'
import type { RunRequest } from '../../run.ts'
import { BudgetExceeded, Deferred } from './deferred.ts'
import { mostOutput } from './most-output.ts'

export interface HoldBudgetDeps {
  readonly budgets: Pick<BudgetStore, 'hold' | 'adjust' | 'isHolding'>
  /** Where runs wait for room in budgets. */
  readonly budgetLanes: Lanes
  readonly log: Logger
  readonly run: Pick<RunRequest, 'id' | 'project' | 'task' | 'payer' | 'deadline' | 'budget'>
}

/** After so long it is looked again whether others have spent less than they held, in ms. */
const BUSY_MS = 500
/**
 * How long a run that holds a part already waits for others, in ms. Nothing of what it holds is free before it ends, so
 * that two such runs would wait for each other for ever.
 */
const HOLDERS_WAIT_MS = 10_000
/** Added at random, so that processes that found no room together do not come back together. */
const JITTER = 0.3
/** Tokens that servers add to each message. */
const MESSAGE_TOKENS = 20
/** How far documents and recordings may cost more than their size says. */
const FILE_FACTOR = 4

/** Sets right what a call holds, once it is known what it cost. */
export type EndHold = (answer: Completion | ModelError | null) => void

/**
 * Holds the most that a call may cost, where the run counts under a hard budget. Null where it does not.
 * @throws {BudgetExceeded} when the budget has no room for the call; also when a run that holds a part already, for a call
 *   whose answer was lost or did not fit, has waited for others for ten seconds
 * @throws {Deferred} when it may have room once other calls have ended, and that lasts longer than a worker keeps a run
 * @throws {ModelError} of kind `aborted` when `signal` fires meanwhile
 * @param lane what the run waits under then
 */
export async function holdBudget(
  { budgets, budgetLanes, log, run }: HoldBudgetDeps,
  request: ModelRequest,
  lane: string,
  signal: AbortSignal,
): Promise<EndHold | null> {
  const { price } = request.model
  if (run.budget !== 'hard' || !price) return null
  const most = mostCost(request)
  const queue = budgetLanes.of(lane)
  const ticket = queue.enter()
  const began = performance.now()
  // Those in the lane may wait for what it holds.
  const isHolding = () => budgets.isHolding(run.project, run.id)
  const awaitTurn = async () => {
    if (!queue.mustWait() || (await isHolding())) return
    if (!(await queue.turn(ticket, signal))) throw new Deferred(0, lane, true)
  }
  await awaitTurn()
  for (;;) {
    const hold = await budgets.hold(run, most)
    if (hold.held === 'held') break
    if (hold.held === 'exceeded') {
      queue.granted()
      throw new BudgetExceeded(hold.budget, hold.retryAfter)
    }
    const wait = BUSY_MS * (1 + Math.random() * JITTER)
    if (await isHolding()) {
      if (performance.now() > began + HOLDERS_WAIT_MS) {
        queue.granted()
        throw new BudgetExceeded(hold.budget, HOLDERS_WAIT_MS / 1000)
      }
      await pause(wait, undefined, { signal }).catch(() => {
        throw new ModelError('aborted', 'stopped before its call', { retryable: false })
      })
    } else {
      queue.close(wait, false)
      await awaitTurn()
    }
  }
  queue.granted()
  return (answer) => {
    const usage = answer instanceof ModelError ? answer.usage : answer
    // An answer that is lost may have been paid: it stays held until the run has ended.
    if (answer === null || (!usage && answer instanceof ModelError && answer.maybeBilled)) return
    const cost = usage ? Math.round(costOf(usage, price)) : 0
    budgets
      .adjust(run.project, run.id, cost - most)
      .catch((err: unknown) => log.debug({ err, run_id: run.id }, 'a hold on a budget was not set right'))
  }
}

/** No tokenizer makes more tokens of a text than it has bytes. */
function mostCost({ model, messages, parameters, schema }: ModelRequest): number {
  const { price } = model
  if (!price) return 0
  // Tools and the like are read by the model, too.
  const given = { ...rulesOf(model).added, ...parameters.extra }
  let inputTokens = (schema ? bytesOf(schema) : 0) + (Object.keys(given).length > 0 ? bytesOf(given) : 0)
  for (const { text, images, files = [] } of messages) {
    for (const file of files) inputTokens += FILE_FACTOR * estimateFileTokens(file)
    inputTokens += Buffer.byteLength(text) + MESSAGE_TOKENS + (images?.length ?? 0) * MOST_IMAGE_TOKENS
  }
  const input = Math.max(price.input, price.cacheWrite ?? 0, price.cachedInput ?? 0)
  return Math.ceil(inputTokens * input + mostOutput(model, parameters) * price.output)
}

const bytesOf = (value: object): number => Buffer.byteLength(JSON.stringify(value))
