import type { Ending } from '../completion.ts'
import { fieldOf } from '../protocol/json-field.ts'

/** `failed`: the server says that it could not go on. */
export type ReadEnding = Ending | 'failed'

/**
 * How servers spell the endings of answers, in lower case; the first that matches counts. Some twenty servers have some
 * sixty words for them, and what is in none of these lists ended by itself: `stop`, `eos`, `end_turn`, `tool_calls`.
 */
const SPELLINGS: readonly (readonly [ReadEnding, RegExp])[] = [
  ['refused', /refus/],
  [
    'filtered',
    /filter|safety|recit|block|prohib|spii|sensitive|toxic|moderat|guard|flagg|polic|violat|language/,
  ],
  ['failed', /err(?!or_limit)|fail|abort|cancel|insufficient|overload|malformed|interrupt|unavailable/],
  // Gemini's word for an ending that it does not explain, and watsonx' for an answer that is not there yet.
  ['failed', /^(other|not_finished)$/],
  ['cut', /length|max|limit|token|trunc|incomplete|exceed|exhaust|timeout|time_out/],
]
/** Words of answers that ended by themselves, though they look like one of the above. */
const WHOLE = /eos|eot|stop|end_turn|end_of/

/** What a finish reason means. None, or an empty one, is that of servers that say nothing: the answer is whole. */
export function endingOf(finishReason: string | null): ReadEnding {
  if (finishReason === null || finishReason === 'stop' || finishReason === '') return 'whole'
  const word = finishReason.toLowerCase().replace(/[\s-]+/g, '_')
  const found = SPELLINGS.find(([, pattern]) => pattern.test(word))?.[0] ?? 'whole'
  return found === 'cut' && WHOLE.test(word) ? 'whole' : found
}

const LONGEST_REASON = 100

/** How a choice ended as its server says it; null when it says nothing. */
export function readFinishReason(choice: unknown): string | null {
  const own = wordOf(fieldOf(choice, 'finish_reason'))
  // Gateways translate what the model's own server said, and not always well.
  const native = wordOf(fieldOf(choice, 'native_finish_reason'))
  if (own === null || own === '') return native ?? own
  return native !== null && endingOf(own) === 'whole' && endingOf(native) !== 'whole' ? native : own
}

/** A word, or what some servers send in its place: `{"type": "length"}`. */
function wordOf(reason: unknown): string | null {
  const word = typeof reason === 'object' && reason !== null ? fieldOf(reason, 'type') : reason
  return typeof word === 'string' ? word.slice(0, LONGEST_REASON) : null
}
