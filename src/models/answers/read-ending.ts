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
  [
    'failed',
    /err(?!or_limit)|fail|abort|cancel|insufficient|overload|malformed|unexpected|interrupt|unavailable/,
  ],
  // Gemini's word for an ending that it does not explain, and watsonx' for an answer that is not there yet.
  ['failed', /^(other|not_finished)$/],
  ['cut', /length|max|limit|token|trunc|incomplete|exceed|exhaust|timeout|time_out|pause/],
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

/**
 * How an answer ended as its server says it; null when it says nothing.
 * @param body what the choice is of: some say it there
 */
export function readFinishReason(choice: unknown, body: unknown = null): string | null {
  const own = wordOf(fieldOf(choice, 'finish_reason')) ?? elsewhere(choice, body)
  // Gateways translate what the model's own server said, and not always well.
  const native = wordOf(fieldOf(choice, 'native_finish_reason'))
  if (own === null || own === '') return native ?? own
  return native !== null && endingOf(own) === 'whole' && endingOf(native) !== 'whole' ? native : own
}

/** Where servers say it that have no `finish_reason`, with a filter before all else. */
function elsewhere(choice: unknown, body: unknown): string | null {
  const blocked = fieldOf(body, 'promptFeedback') ?? fieldOf(body, 'prompt_feedback')
  const places: readonly unknown[] = [
    choice === undefined ? (fieldOf(blocked, 'blockReason') ?? fieldOf(blocked, 'block_reason')) : null,
    ...['finishReason', 'finish_details', 'stop_reason'].map((name) => fieldOf(choice, name)),
    fieldOf(fieldOf(choice, 'message'), 'finish_reason'),
    ...['finish_reason', 'stop_reason', 'done_reason'].map((name) => fieldOf(body, name)),
    fieldOf(body, 'status') === 'incomplete' ? fieldOf(fieldOf(body, 'incomplete_details'), 'reason') : null,
  ]
  for (const place of places) {
    const word = wordOf(place)
    if (word) return word
  }
  return null
}

/** Azure's filters tell of themselves beside an ending that does not. */
export function wasFiltered(choice: unknown): boolean {
  const results = fieldOf(choice, 'content_filter_results')
  return (
    typeof results === 'object' &&
    results !== null &&
    Object.values(results).some((each) => fieldOf(each, 'filtered') === true)
  )
}

/** A word, or what some servers send in its place: `{"type": "length"}`. */
function wordOf(reason: unknown): string | null {
  const word = typeof reason === 'object' && reason !== null ? fieldOf(reason, 'type') : reason
  // The word for none, which some servers send with each part of an answer that goes on.
  if (typeof word !== 'string' || word === 'null') return null
  return word.slice(0, LONGEST_REASON)
}
