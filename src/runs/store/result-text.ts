import { readJson } from '../../platform/json/read-json.ts'
import type { RunResult } from '../run.ts'
import { type Members, someOf, unless, withLarge } from './stored-json.ts'

type AlwaysStored = 'status' | 'settled' | 'model' | 'modelId' | 'promptHash' | 'timings' | 'outputCheck'

/** What every stored result has; what is as usual is left out. */
type StoredResult = Partial<RunResult> & Pick<RunResult, AlwaysStored | 'inputTokens' | 'outputTokens'>

/** A result as it is stored; its members are named one by one, as those of a request are. */
export function resultToText(result: RunResult): string {
  const { response, partial, processed } = result
  const head: Members<RunResult> = {
    status: result.status,
    settled: result.settled,
    outputFile: unless(null, result.outputFile),
    error: unless(null, result.error),
    finishReason: unless(null, result.finishReason),
    model: result.model,
    modelId: result.modelId,
    parameters: someOf(result.parameters),
    promptHash: result.promptHash,
    inputTokens: result.inputTokens,
    outputTokens: result.outputTokens,
    cachedTokens: unless(0, result.cachedTokens),
    reasoningTokens: unless(0, result.reasoningTokens),
    estimated: unless(false, result.estimated),
    costExact: unless(true, result.costExact),
    credits: unless(0, result.credits),
    possibleCredits: unless(0, result.possibleCredits),
    inputSeconds: unless(0, result.inputSeconds),
    timings: result.timings,
    outputCheck: result.outputCheck,
    retries: unless(0, result.retries),
    usedFallback: unless(false, result.usedFallback),
    primaryFailure: unless(null, result.primaryFailure),
    cachedFrom: result.cachedFrom,
    savedCredits: result.savedCredits,
    repeated: result.repeated,
    response: undefined,
    partial: undefined,
    processed: undefined,
  }
  const more = processed ? `,"processed":${JSON.stringify(processed)}` : ''
  return partial === null
    ? withLarge(head, 'response', response ?? null, more)
    : withLarge({ ...head, response: null }, 'partial', partial, more)
}

const NO_PARAMETERS = {}

/** Reads a stored result, or its head, which has nothing of what may be large. */
export function textToResult(text: string): RunResult {
  const stored = readJson(text) as StoredResult
  const result = completed(stored)
  if (stored.repeated === undefined && stored.cachedFrom === undefined) return result
  const { cachedFrom, savedCredits, repeated } = stored
  return { ...result, cachedFrom, savedCredits, repeated }
}

/** With what was left out as usual. */
function completed(stored: StoredResult): RunResult {
  return {
    status: stored.status,
    settled: stored.settled,
    response: stored.response,
    outputFile: stored.outputFile ?? null,
    processed: stored.processed ?? null,
    error: stored.error ?? null,
    partial: stored.partial ?? null,
    finishReason: stored.finishReason ?? null,
    model: stored.model,
    modelId: stored.modelId,
    parameters: stored.parameters ?? NO_PARAMETERS,
    promptHash: stored.promptHash,
    inputTokens: stored.inputTokens,
    outputTokens: stored.outputTokens,
    cachedTokens: stored.cachedTokens ?? 0,
    reasoningTokens: stored.reasoningTokens ?? 0,
    estimated: stored.estimated ?? false,
    costExact: stored.costExact ?? true,
    credits: stored.credits ?? 0,
    possibleCredits: stored.possibleCredits ?? 0,
    inputSeconds: stored.inputSeconds ?? 0,
    timings: stored.timings,
    outputCheck: stored.outputCheck,
    retries: stored.retries ?? 0,
    usedFallback: stored.usedFallback ?? false,
    primaryFailure: stored.primaryFailure ?? null,
  }
}
