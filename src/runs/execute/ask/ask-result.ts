import type { ModelParameters, ModelRequest } from '../../../models/model.ts'
import type { RunError } from '../../run.ts'
import type { Failed } from './decide-after-answer.ts'

/** The end of asking one model: a response, or an error. */
export interface AskResult {
  readonly response: unknown
  readonly check: 'valid' | 'repaired' | 'invalid' | null
  /** Those of the last call. */
  readonly parameters: ModelParameters
  readonly error: RunError | null
  /** What there was of an answer that is no response. */
  readonly partial: string | null
  /** How the last answer ended, in the server's own word. */
  readonly finishReason: string | null
  /** There where the response was cut short, and is accepted all the same. */
  readonly isCut?: true
}

/**
 * The end of asking a model that gave no response.
 * @param limit bytes of what is kept of the answer
 */
export function failedResult(
  { parameters, schema }: ModelRequest,
  { error, partial }: Failed,
  limit: number,
  finishReason: string | null,
): AskResult {
  const check = schema && error.reason === 'OUTPUT_INVALID' ? 'invalid' : null
  const bounded = partial === null ? null : cutBytes(partial, limit)
  return { response: null, check, parameters, error, partial: bounded, finishReason }
}

/** At most so many bytes of a text, in whole characters. */
function cutBytes(text: string, most: number): string {
  if (Buffer.byteLength(text) <= most) return text
  return Buffer.from(text)
    .subarray(0, most)
    .toString()
    .replace(/\uFFFD+$/, '')
}
