import { violateSchema } from './simulate-completion.ts'
import type { Fault } from './simulated-faults.ts'

/** What a simulated completion says, and how it ends. */
export interface SimulatedEnding {
  readonly text: string
  /** In place of the text; null for none. */
  readonly refusal: string | null
  readonly finish: string
  /** Beside what there is of the answer, as some gateways do; null for none. */
  readonly error: object | null
  /** Tokens of the output that are not in the text. */
  readonly reasoningTokens: number
}

/** A text with the drawn fault in it. `hasSchema`: the call asks for JSON. */
export function endWith(text: string, fault: Fault | null, hasSchema: boolean): SimulatedEnding {
  const usual = { text, refusal: null, finish: 'stop', error: null, reasoningTokens: 0 }
  const half = text.slice(0, Math.ceil(text.length / 2))
  switch (fault) {
    case 'schemaViolation':
      return hasSchema ? { ...usual, text: violateSchema(text) } : usual
    case 'invalidJson':
      return { ...usual, text: 'I would rather not answer in JSON.' }
    case 'truncated':
      return { ...usual, text: half, finish: 'length' }
    case 'filtered':
      return { ...usual, text: half, finish: 'content_filter' }
    case 'declined':
      return { ...usual, text: '', refusal: 'I would rather not answer.' }
    case 'empty':
      return { ...usual, text: '' }
    case 'errorInAnswer':
      return {
        ...usual,
        text: half,
        finish: 'error',
        error: { code: 502, message: 'simulated failure beside an answer' },
      }
    case 'reasoning':
      return { ...usual, text: `<think>\nA simulated thought.\n</think>\n\n${text}`, reasoningTokens: 12 }
    default:
      return usual
  }
}
