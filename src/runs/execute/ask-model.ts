import { setTimeout as pause } from 'node:timers/promises'
import type { ModelLimiters } from '../../models/limits/model-limiter.ts'
import { type Completion, type ModelClient, ModelError, type ModelRequest } from '../../models/model.ts'
import { describeCompletion, describeFailure, startChatSpan } from '../../models/protocol/chat-span.ts'
import { type RetryPolicy, retryDelay } from '../../models/protocol/retry.ts'
import type { CompiledOutput } from '../../output/compile-output.ts'
import { repairRequest } from '../../output/repair-output.ts'
import { type ValidatedOutput, validateOutput } from '../../output/validate-output.ts'
import { sharedNow } from '../../platform/clock.ts'
import type { Span } from '../../platform/tracing/tracing.ts'
import type { Ledger } from '../ledger.ts'
import type { RunError } from '../run.ts'

/** The claim was lost to another worker: what this worker writes is refused from now on. */
export class ClaimLost extends Error {
  override readonly name = 'ClaimLost'
}

/**
 * The next call is too far away to wait for: the run goes back to the queue, for some time or until its model has room,
 * and other runs get its place in this worker.
 */
export class Deferred extends Error {
  override readonly name = 'Deferred'
  /** How long the run is deferred; 0 when it only waits until its model has room. */
  readonly ms: number
  /** Id of the model that the run waits for. */
  readonly model: string

  constructor(ms: number, model: string) {
    super(`deferred for ${Math.round(ms)} ms`)
    this.ms = ms
    this.model = model
  }
}

/**
 * Milliseconds that this claim has used so far. Updated after each step, so that they are known when the run is
 * aborted.
 */
export interface Stopwatch {
  model: number
  validate: number
}

/** The end of asking one model: a response, or an error. */
export interface AskResult {
  readonly response: unknown
  readonly check: 'valid' | 'repaired' | 'invalid' | null
  readonly error: RunError | null
}

export interface AskDeps {
  readonly client: ModelClient
  readonly limiters: ModelLimiters
  readonly retry: RetryPolicy
  /** Bytes of UTF-8. */
  readonly responseLimit: number
  /** Ms since the epoch. A call that could only begin later is not made. */
  readonly deadline: number
  /** The parent span of the model calls. */
  readonly span: Span
  /** Stores the ledger; throws ClaimLost when the claim is stale. */
  save(ledger: Ledger): Promise<void>
}

/** How often a completion that does not match the output format is sent back for correction. */
const MOST_REPAIRS = 1
/** A longer pause is spent in the queue, not in this worker, where the run would take the place of another. */
const LONGEST_SLEEP_MS = 1000

/**
 * Calls one model until a completion matches the output format, or until another call cannot help. A retryable failure
 * is retried; a completion that does not match is sent back once, with its issues. `compiled` is null for plain text.
 * Each call needs a place in the model's limiter. The ledger has an open attempt at the call of this function, and none
 * at its return. Attempts of earlier claims count.
 * @throws {ModelError} of kind `aborted` when `signal` fires, `local` when this process cannot make calls
 * @throws {ClaimLost} when another worker has claimed the run
 * @throws {Deferred} when the model has no room, or the pause before the next call is longer than a worker waits
 */
export async function askModel(
  deps: AskDeps,
  request: ModelRequest,
  compiled: CompiledOutput | null,
  ledger: Ledger,
  watch: Stopwatch,
  signal: AbortSignal,
): Promise<AskResult> {
  const { id, name } = request.model
  let messages = request.messages
  let failures = ledger.failuresOf(name)
  let repairs = 0
  for (;;) {
    const completion = await call(deps, { ...request, messages }, watch, signal)
    const used = { model: name, inputTokens: 0, outputTokens: 0 }
    if (completion instanceof ModelError) {
      const failure = completion
      if (failure.kind === 'aborted' || failure.kind === 'local') throw failure
      ledger.close({ ...used, outcome: failure.kind })
      failures += 1
      if (failure.kind === 'rate_limited') deps.limiters.refused(id, failure.retryAfterMs)
      const delay = retryDelay(failures, failure, deps.retry)
      if (delay === null || sharedNow() + delay >= deps.deadline) return failed(modelFailure(failure))
      // After a 429 the limiter pauses the model for all runs, so the run needs no delay of its own.
      if (delay > LONGEST_SLEEP_MS) throw new Deferred(failure.kind === 'rate_limited' ? 0 : delay, id)
      await sleep(delay, signal)
    } else {
      deps.limiters.succeeded(id)
      const checked = check(compiled, completion, deps.responseLimit, watch)
      const { inputTokens, outputTokens } = completion
      const outcome = checked.check === 'invalid' ? 'invalid' : 'succeeded'
      ledger.close({ model: name, inputTokens, outputTokens, outcome })
      if (checked.check !== 'invalid') {
        return { response: checked.value, check: repairs > 0 ? 'repaired' : checked.check, error: null }
      }
      if (repairs >= MOST_REPAIRS) return { ...failed(invalidOutput(checked.issues)), check: 'invalid' }
      repairs += 1
      messages = [
        ...request.messages,
        { role: 'assistant', text: completion.text.slice(0, 20_000) || '(no answer)' },
        { role: 'user', text: repairRequest(checked.issues) },
      ]
    }
    ledger.open(sharedNow())
    await deps.save(ledger)
  }
}

const failed = (error: RunError): AskResult => ({ response: null, check: null, error })

async function call(
  deps: AskDeps,
  request: ModelRequest,
  watch: Stopwatch,
  signal: AbortSignal,
): Promise<Completion | ModelError> {
  const { id } = request.model
  if (!deps.limiters.enter(id)) throw new Deferred(0, id)
  const span = startChatSpan(deps.span, request)
  const started = performance.now()
  try {
    const completion = await deps.client.complete({ ...request, trace: span.context }, signal)
    describeCompletion(span, completion)
    return completion
  } catch (error) {
    if (!(error instanceof ModelError)) throw error
    describeFailure(span, error)
    return error
  } finally {
    deps.limiters.leave(id)
    span.end()
    watch.model += performance.now() - started
  }
}

async function sleep(delay: number, signal: AbortSignal): Promise<void> {
  try {
    await pause(delay, undefined, { signal })
  } catch (cause) {
    throw new ModelError('aborted', 'stopped between two attempts', { retryable: false, cause })
  }
}

type Checked = ValidatedOutput | { readonly check: 'valid'; readonly value: string }

function check(
  compiled: CompiledOutput | null,
  completion: Completion,
  limit: number,
  watch: Stopwatch,
): Checked {
  const started = performance.now()
  try {
    if (completion.refusal !== null) {
      return {
        check: 'invalid',
        issues: [{ path: '', message: 'the model refused to answer' }],
        truncated: false,
      }
    }
    if (compiled) return validateOutput(compiled, completion.text, limit)
    if (Buffer.byteLength(completion.text) <= limit) return { check: 'valid', value: completion.text }
    return {
      check: 'invalid',
      truncated: false,
      issues: [{ path: '', message: `the answer is longer than ${limit} bytes` }],
    }
  } finally {
    watch.validate += performance.now() - started
  }
}

/** The caller is told the kind of failure, never the text of the provider. */
function modelFailure(error: ModelError): RunError {
  return {
    reason: error.kind === 'retired' ? 'MODEL_RETIRED' : 'MODEL_ERROR',
    message: `The model gave no answer (${error.kind}${error.status ? `, status ${error.status}` : ''}).`,
    retryable: error.retryable,
  }
}

function invalidOutput(issues: readonly { path: string; message: string }[]): RunError {
  const first = issues[0]
  const where = first ? `: ${first.path === '' ? 'it' : first.path} ${first.message}` : ''
  return {
    reason: 'OUTPUT_INVALID',
    message: `The model's answer does not match output_format${where}.`.slice(0, 500),
    retryable: true,
  }
}
