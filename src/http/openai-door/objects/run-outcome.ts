import type { RunRecord, RunResult } from '../../../runs/run.ts'

/** How a run ended, in the words of OpenAI's clients. */
export interface Outcome {
  /** What there is of the answer. */
  readonly text: string | null
  readonly refusal: string | null
  readonly ending: 'stop' | 'length' | 'content_filter'
}

/**
 * The outcome of a run that has an answer, or part of one that these clients know how to take: cut short, filtered, or a
 * refusal. Null for a run that has none, whether it failed or goes on.
 */
export function outcomeOf({ status, result }: RunRecord): Outcome | null {
  if (!result) return null
  if (status === 'succeeded') {
    return {
      text: textOf(result),
      refusal: null,
      ending: result.finishReason === 'length' ? 'length' : 'stop',
    }
  }
  switch (result.error?.reason) {
    case 'OUTPUT_TRUNCATED':
      return { text: result.partial ?? '', refusal: null, ending: 'length' }
    case 'CONTENT_FILTERED':
      return { text: result.partial ?? '', refusal: null, ending: 'content_filter' }
    case 'MODEL_REFUSED':
      return { text: null, refusal: result.error.refusal ?? result.error.message, ending: 'stop' }
    default:
      return null
  }
}

/** A response that is an object is its JSON, which is what these clients parse. */
function textOf({ response, outputFile }: RunResult): string {
  if (typeof response === 'string') return response
  // A table is a text, and these clients know no other files.
  const { text } = (outputFile?.endsWith('.csv') ? response : {}) as { text?: string }
  return text ?? JSON.stringify(response)
}
