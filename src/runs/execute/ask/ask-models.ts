import type { ModelRegistry } from '../../../models/model-registry.ts'
import type { CompiledOutput } from '../../../output/compile-output.ts'
import { outputInstructions } from '../../../output/repair-output.ts'
import { sharedNow } from '../../../platform/clock.ts'
import type { Logger } from '../../../platform/logger.ts'
import {
  compileResponse,
  type FileModality,
  isFileModality,
  mediaOf,
} from '../../../tasks/output-modality.ts'
import type { Revision } from '../../../tasks/task.ts'
import type { Ledger } from '../../ledger.ts'
import { reuseResult } from '../../reuse/reuse-result.ts'
import type { RunShare } from '../../reuse/run-share.ts'
import type { RunError, RunRequest } from '../../run.ts'
import { expiryOf } from '../../run-expiry.ts'
import type { Outcome } from '../../run-result.ts'
import type { Claim } from '../../store/claim.ts'
import type { RunStore } from '../../store/run-store.ts'
import { type ProcessInputsDeps, processInputs } from '../inputs/process-inputs.ts'
import { type MakeOutputDeps, makeOutput } from '../output/make-output.ts'
import type { AnswerForm } from '../output/read-answer.ts'
import { retryWhileRedisDown } from '../retry-while-redis-down.ts'
import { type AskDeps, askModel, ClaimLost, type Stopwatch } from './ask-model.ts'
import { chooseModels } from './choose-models.ts'
import { logFailedAttempts } from './log-failed-attempt.ts'
import { isBounded } from './most-output.ts'
import { type PrepareCallDeps, prepareCall } from './prepare-call.ts'

export interface AskModelsDeps
  extends Omit<AskDeps, 'save' | 'deadline' | 'expires' | 'rules' | 'logFailed' | 'run'>,
    PrepareCallDeps,
    MakeOutputDeps,
    Omit<ProcessInputsDeps, 'span'> {
  readonly log: Logger
  /** Whether log lines of failed calls hold the server's own words. */
  readonly modelErrorWords: boolean
  readonly runs: Pick<RunStore, 'saveAttempts'>
  readonly models: ModelRegistry
  /** Bytes of a file that a task answers with. */
  readonly outputFileMax: number
  /** How long the ledger is kept while Redis is away, in ms. */
  readonly settleTimeoutMs: number
  /** The run's part in the reuse of results; null or absent: none. */
  readonly share?: RunShare | null
}

/** By the revision itself, as the store keeps it: an id alone may stand for another revision in another project. */
const compiledOutputs = new WeakMap<Revision, CompiledOutput>()

function compiledFor(revision: Revision): CompiledOutput | null {
  if (!revision.output_format) return null
  const known = compiledOutputs.get(revision)
  if (known) return known
  const compiled = compileResponse(revision.output_modality, revision.output_format)
  if (!compiled) return null
  compiledOutputs.set(revision, compiled)
  return compiled
}

const givenUp = (reason: string): RunError => ({
  reason,
  message: 'The model gave no answer.',
  retryable: true,
})
const unbounded = (model: string): RunError => ({
  reason: 'BUDGET_EXCEEDED',
  message: `Nothing says what a call of ${model} costs at most, so a hard budget has no room for it: the models file has to give it max_output_tokens.`,
  retryable: false,
})
const NO_MODEL: RunError = {
  reason: 'MODEL_UNAVAILABLE',
  message: 'The model is no longer configured.',
  retryable: false,
}

/**
 * Lets the revision's processors work on the inputs, then calls the run's models. Returns what the run comes to; rejects
 * only as `askModel` does, and when this worker cannot make a call ready by its own fault.
 */
export function askModels(
  deps: AskModelsDeps,
  claim: Claim,
  revision: Revision,
  ledger: Ledger,
  watch: Stopwatch,
  signal: AbortSignal,
): Promise<Outcome> {
  const ask = revision.input_processors?.length ? askAboutProcessed : askInOrder
  return ask(deps, claim, revision, ledger, watch, signal)
}

async function askAboutProcessed(
  deps: AskModelsDeps,
  claim: Claim,
  revision: Revision,
  ledger: Ledger,
  watch: Stopwatch,
  signal: AbortSignal,
): Promise<Outcome> {
  const processed = await processInputs(deps, claim.request, revision, watch, signal)
  if (!processed) return askInOrder(deps, claim, revision, ledger, watch, signal)
  if ('error' in processed) {
    ledger.drop()
    return processed
  }
  const request = { ...claim.request, inputs: processed.inputs }
  return { ...(await askInOrder(deps, { ...claim, request }, revision, ledger, watch, signal)), processed }
}

/**
 * Calls the run's models in their order until one gives a usable completion.
 */
async function askInOrder(
  deps: AskModelsDeps,
  claim: Claim,
  revision: Revision,
  ledger: Ledger,
  watch: Stopwatch,
  signal: AbortSignal,
): Promise<Outcome> {
  const { request } = claim
  const compiled = compiledFor(revision)
  const { output_modality: modality, output_format: format } = revision
  const form: AnswerForm = { modality, compiled, format, fileMax: deps.outputFileMax }
  const wants = mediaOf(modality)
  // What cannot be stored is not asked for, since it would be paid for.
  if (isFileModality(modality)) await deps.fileHome.claim()
  const save = async (current: Ledger): Promise<void> => {
    const write = () => deps.runs.saveAttempts(claim, current.all())
    if (!(await retryWhileRedisDown(deps.settleTimeoutMs, write))) throw new ClaimLost()
  }
  const logFailed = logFailedAttempts(deps.log, request, deps.modelErrorWords)
  const ask = {
    ...{ ...deps, save, logFailed, rules: request, run: request, deadline: request.deadline },
    expires: () => expiryOf(request, ledger.hasClosed()),
  }
  let outcome: Outcome = { error: NO_MODEL }
  const choices = chooseModels(request, revision, deps.models)
  for (const [at, { model, parameters, fallback }] of choices.entries()) {
    const primaryFailure = fallback && !request.useFallback ? (outcome.error?.reason ?? null) : null
    // It was given up by an earlier claim, and what waited since was its fallback.
    const tried = ledger.failuresOf(model.name).all >= deps.retry.maxAttempts
    const reason = ledger.gaveUp(model.name) ?? (tried ? 'MODEL_ERROR' : null)
    const gaveUp =
      reason === null ? null : { model, usedFallback: fallback, primaryFailure, error: givenUp(reason) }
    // Whoever asks the same has the same first model, also where this run asks its fallback by now.
    const share = at === 0 ? deps.share : null
    if (gaveUp && !share) {
      outcome = gaveUp
      continue
    }
    const known = { model, usedFallback: fallback, primaryFailure }
    if (request.budget === 'hard' && !isBounded(model, parameters)) {
      outcome = { ...known, error: unbounded(model.name) }
      continue
    }
    const preparing = prepareCall(deps, request, revision, model, compiled, watch, signal)
    const prepared = preparing instanceof Promise ? await preparing : preparing
    if ('reason' in prepared) {
      ledger.drop()
      return { ...known, error: prepared }
    }
    if (share) {
      const asked = { revision, choices, prepared, schema: compiled?.jsonSchema ?? null }
      const reused = await reuseResult(share, asked, deps.models)
      if (reused) {
        ledger.drop()
        return { ...known, prepared, ...reused }
      }
    }
    if (gaveUp) {
      outcome = gaveUp
      continue
    }
    if (!ledger.isOpen()) {
      ledger.open(sharedNow(), model.name)
      await save(ledger)
    }
    const call = {
      ...{ model, messages: prepared.messages, parameters, schema: compiled?.jsonSchema ?? null },
      ...(wants && { wants }),
      ...(compiled && { schemaInWords: () => outputInstructions(compiled, 'none') ?? '' }),
    }
    ledger.setModel(model.name)
    const asked = await askModel(ask, call, form, ledger, watch, signal)
    outcome = { ...known, prepared, parameters: asked.parameters, asked, error: asked.error }
    if (!asked.error && isFileModality(modality)) {
      return withFile(deps, request, modality, outcome, watch, signal)
    }
    if (!asked.error) return outcome
  }
  ledger.drop()
  return outcome
}

/** Where the task answers with a file, the response is that file. */
async function withFile(
  deps: MakeOutputDeps,
  run: Pick<RunRequest, 'id' | 'project'>,
  modality: FileModality,
  outcome: Outcome,
  watch: Stopwatch,
  signal: AbortSignal,
): Promise<Outcome> {
  const { asked } = outcome
  if (!asked) return outcome
  const started = performance.now()
  const made = await makeOutput(deps, run, modality, asked.response, signal)
  watch.validate += performance.now() - started
  if ('reason' in made) {
    const partial = typeof asked.response === 'string' ? asked.response : null
    return { ...outcome, error: made, asked: { ...asked, response: null, error: made, partial } }
  }
  const { response, replaced } = made
  const check = replaced ? 'repaired' : asked.check
  return { ...outcome, outputFile: response.file, asked: { ...asked, response, check } }
}
