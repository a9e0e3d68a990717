import { setTimeout as pause } from 'node:timers/promises'
import { type Completion, type Message, ModelError, type ModelRequest } from '../../../models/model.ts'
import { isAskedWait, type RetryPolicy, retryDelay } from '../../../models/protocol/retry.ts'
import { sharedNow } from '../../../platform/clock.ts'
import { mediaOf } from '../../../tasks/output-modality.ts'
import { laneOfRun } from '../../lane-of-run.ts'
import type { Ledger } from '../../ledger.ts'
import { type LiveOutput, PIECE_MS } from '../../live/live-output.ts'
import type { RunRequest } from '../../run.ts'
import type { AnswerForm } from '../output/read-answer.ts'
import { type AskResult, failedResult } from './ask-result.ts'
import { type CallModelDeps, callModel } from './call-model.ts'
import { checkAnswer } from './check-answer.ts'
import { type Decision, decideAfterAnswer, type Failed } from './decide-after-answer.ts'
import { Deferred, LongWait } from './deferred.ts'
import {
  costOfFailure,
  endOfAnswer,
  endOfFailure,
  errorOfFailure,
  errorOfLongWait,
} from './end-of-attempt.ts'
import { GIVEN_UP, type LogFailedAttempt } from './log-failed-attempt.ts'

/** The claim was lost to another worker: what this worker writes is refused from now on. */
export class ClaimLost extends Error {
  override readonly name = 'ClaimLost'
}

/**
 * Milliseconds that this claim has used so far. Updated after each step, so that they are known when the run is
 * aborted.
 */
export interface Stopwatch {
  model: number
  validate: number
  /** Input processors, and files made ready, also of earlier claims. */
  inputs: number
  /** Waited for limits of the fleet, within this worker. */
  limit: number
}

export interface AskDeps extends CallModelDeps {
  readonly retry: RetryPolicy
  /** Bytes of UTF-8. */
  readonly responseLimit: number
  /** What the task says of answers that are no response. */
  readonly rules: Pick<RunRequest, 'onTruncated' | 'outputRetries'>
  /** Ms since the epoch. A call that could only begin later is not made. */
  readonly deadline: number
  readonly logFailed: LogFailedAttempt
  /** Shows what the model says to those who watch the run; null when nobody does. */
  readonly live: LiveOutput | null
  /** Stores the ledger; throws ClaimLost when the claim is stale. */
  save(ledger: Ledger): Promise<void>
}

/** A longer pause is spent in the queue, not in this worker, where the run would take the place of another. */
const LONGEST_SLEEP_MS = 1000
/** Characters of an answer that is sent back to its model. */
const LONGEST_SENT_BACK = 20_000

/**
 * Calls one model until it gives a response, or until another call cannot help. A retryable failure is retried
 * (`retryDelay`); what follows an answer is decided by `decideAfterAnswer`. Each call needs a place in the model's limiter;
 * where its server asks for a wait that the run has no time for, none is made. The ledger has an open attempt at the call
 * of this function, and none at its return. Attempts of earlier claims count.
 * @throws {ModelError} of kind `aborted` when `signal` fires, `local` when this process cannot make calls
 * @throws {ClaimLost} when another worker has claimed the run
 * @throws {Deferred} when the model has no room, or the pause before the next call is longer than a worker waits
 */
export async function askModel(
  deps: AskDeps,
  request: ModelRequest,
  form: AnswerForm,
  ledger: Ledger,
  watch: Stopwatch,
  signal: AbortSignal,
): Promise<AskResult> {
  const { model } = request
  let asked: ModelRequest = {
    ...request,
    // What its server turns out not to know is not in the run either.
    onParameters: (parameters) => {
      asked = { ...asked, parameters }
    },
  }
  /** What the run fails with where the server does not take the longer request of a second try. */
  let otherwise: AskResult | null = null
  for (;;) {
    const { live } = deps
    const begin = live && (() => ({ onText: live.begin(ledger.all(), model), paceMs: PIECE_MS }))
    const answer = await callModel(deps, asked, watch, signal, begin).catch(longWait)
    if (answer instanceof LongWait) {
      ledger.drop()
      const error = errorOfLongWait(answer, deps.run)
      return failedResult(asked, { next: 'fail', error, partial: null }, deps.responseLimit, null)
    }
    if (answer instanceof ModelError) {
      if (answer.kind === 'aborted' || answer.kind === 'local') {
        ledger.amend(costOfFailure(asked, answer))
        throw answer
      }
      ledger.close(endOfFailure(asked, answer))
      if (answer.kind === 'rate_limited') deps.limiters.refused(model.id, answer.retryAfterMs)
      const failures = ledger.failuresOf(model.name, answer.kind)
      const delay = retryDelay(failures, answer, deps.retry, deps.deadline - sharedNow())
      const next = delay === null ? GIVEN_UP : `again in ${Math.round(delay)} ms`
      logLast(deps, ledger, { failure: answer }, next)
      if (delay === null) {
        const failed: Failed = { next: 'fail', error: errorOfFailure(answer), partial: answer.partial }
        const result =
          (answer.kind === 'bad_request' ? otherwise : null) ??
          failedResult(asked, failed, deps.responseLimit, answer.finishReason)
        return giveUp(ledger, result)
      }
      // After a 429 without a time the limiter pauses the model for all runs, so the run needs no delay of its own.
      const ownDelay = answer.kind === 'rate_limited' && !isAskedWait(answer) ? 0 : delay
      if (delay > LONGEST_SLEEP_MS) throw new Deferred(ownDelay, laneOfRun(model, deps.run))
      await sleep(delay, signal)
    } else {
      deps.limiters.succeeded(model.id)
      deps.live?.complete(answer.text)
      const { decision, issues } = await decide(deps, asked, form, answer, ledger, watch)
      ledger.close(endOfAnswer(model, answer, decision.next === 'accept' ? 'succeeded' : 'invalid'))
      if (decision.next === 'accept') {
        const { value: response, check } = decision
        const isSecond = form.compiled !== null && ledger.invalidOf(model.name) > 0
        return {
          ...{ response, check: isSecond ? 'repaired' : check, parameters: asked.parameters },
          ...{ error: null, partial: null, finishReason: answer.finishReason },
          ...(answer.ending === 'cut' && { isCut: true as const }),
        }
      }
      logLast(deps, ledger, { issues }, decision.next === 'fail' ? GIVEN_UP : 'again')
      if (decision.next === 'fail') {
        return giveUp(ledger, failedResult(asked, decision, deps.responseLimit, answer.finishReason))
      }
      otherwise = failedResult(asked, decision.otherwise, deps.responseLimit, answer.finishReason)
      asked = askedAgain(asked, request.messages, answer, decision)
    }
    ledger.open(sharedNow(), model.name)
    await deps.save(ledger)
  }
}

function longWait(error: unknown): LongWait {
  if (error instanceof LongWait) return error
  throw error
}

async function decide(
  { rules, responseLimit }: AskDeps,
  { model, parameters, schemaInWords }: ModelRequest,
  form: AnswerForm,
  completion: Completion,
  ledger: Ledger,
  watch: Stopwatch,
) {
  const started = performance.now()
  const read = checkAnswer(form, completion, responseLimit)
  const checked = read instanceof Promise ? await read : read
  watch.validate += performance.now() - started
  const decision = decideAfterAnswer({
    ...{
      completion,
      checked,
      responseLimit,
      wantsJson: form.compiled !== null,
      onTruncated: rules.onTruncated,
    },
    wantsTable: form.modality === 'csv',
    // What makes pictures and recordings knows no conversation.
    triesLeft: mediaOf(form.modality) ? 0 : rules.outputRetries - ledger.invalidOf(model.name),
    schema: () => (model.output === 'json_schema' ? (schemaInWords?.() ?? null) : null),
    maxTokens: parameters.max_tokens ?? null,
    mostTokens: model.maxOutputTokens ?? null,
  })
  return { decision, issues: checked.check === 'invalid' ? checked.issues : [] }
}

/** The same question, with the answer and what is wrong with it behind it. */
function askedAgain(
  asked: ModelRequest,
  question: readonly Message[],
  { text }: Completion,
  { message, maxTokens }: Extract<Decision, { next: 'ask_again' }>,
): ModelRequest {
  return {
    ...asked,
    messages: [
      ...question,
      { role: 'assistant', text: text.slice(0, LONGEST_SENT_BACK) || '(no answer)' },
      { role: 'user', text: message },
    ],
    parameters: maxTokens === null ? asked.parameters : { ...asked.parameters, max_tokens: maxTokens },
  }
}

function giveUp(ledger: Ledger, result: AskResult): AskResult {
  if (result.error) ledger.giveUp(result.error.reason)
  return result
}

function logLast(
  { logFailed }: AskDeps,
  ledger: Ledger,
  why: Parameters<LogFailedAttempt>[1],
  next: string,
): void {
  const last = ledger.all().at(-1)
  if (last) logFailed(last, why, next)
}

async function sleep(delay: number, signal: AbortSignal): Promise<void> {
  try {
    await pause(delay, undefined, { signal })
  } catch (cause) {
    throw new ModelError('aborted', 'stopped between two attempts', { retryable: false, cause })
  }
}
