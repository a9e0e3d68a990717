import { parseExact } from '../../platform/json/exact-json.ts'
import type { RunResult } from '../run.ts'

/** The result of a run as it is kept for others: what they show as their own, and what it cost. */
export interface KeptResult
  extends Pick<
    RunResult,
    | 'response'
    | 'outputFile'
    | 'finishReason'
    | 'modelId'
    | 'parameters'
    | 'outputCheck'
    | 'usedFallback'
    | 'primaryFailure'
    | 'credits'
  > {
  /** The run whose result it is. */
  readonly run: string
}

/** A result as it is kept. */
export function keptToText(run: string, result: RunResult): string {
  const { response, outputFile, finishReason, modelId, parameters, outputCheck } = result
  const { usedFallback, primaryFailure, credits } = result
  const kept: KeptResult = {
    ...{ run, response, outputFile, finishReason, modelId, parameters, outputCheck },
    ...{ usedFallback, primaryFailure, credits },
  }
  return JSON.stringify(kept)
}

export const textToKept = (text: string): KeptResult => parseExact(text) as KeptResult

/** Ends of runs that say nothing of what the next one would come to: each caller’s own time, limits and budgets. */
const OWN_REASONS = new Set([
  ...['RUN_CANCELLED', 'RUN_EXPIRED', 'RATE_LIMITED', 'BUDGET_EXCEEDED', 'WORKER_LOST'],
  ...['TASK_REVISION_NOT_FOUND', 'FILES_UNAVAILABLE', 'STORE_UNAVAILABLE'],
])

/** Whether the next run would probably fail as this one did. */
export const failsAgain = ({ error }: Pick<RunResult, 'error'>): boolean =>
  error !== null && !OWN_REASONS.has(error.reason)
