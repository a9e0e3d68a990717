import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  endingOf,
  type ReadEnding,
  readFinishReason,
  wasFiltered,
} from '../../../../src/models/answers/read-ending.ts'

const SPELLINGS: Readonly<Record<ReadEnding, readonly (string | null)[]>> = {
  whole: [
    ...[null, '', 'stop', 'STOP', 'eos', 'eos_token', 'EOS_TOKEN', 'end_turn', 'stop_sequence', 'COMPLETE'],
    ...['tool_calls', 'function_call', 'tool_use', 'finished', 'stop_token', 'a word that nobody knows'],
  ],
  cut: [
    ...[
      'length',
      'max_tokens',
      'MAX_TOKENS',
      'model_length',
      'max_output_tokens',
      'max length',
      'incomplete',
    ],
    ...[
      'FinishReason.MAX_TOKENS',
      'TOKEN_LIMIT',
      'TIME_LIMIT',
      'model_context_window_exceeded',
      'ERROR_LIMIT',
      'pause_turn',
    ],
  ],
  filtered: [
    ...[
      'content_filter',
      'CONTENT_FILTERED',
      'SAFETY',
      'RECITATION',
      'PROHIBITED_CONTENT',
      'BLOCKLIST',
      'SPII',
    ],
    ...[
      'content_filter: SAFETY',
      'sensitive',
      'guardrail_intervened',
      'ERROR_TOXIC',
      'IMAGE_SAFETY',
      'LANGUAGE',
    ],
  ],
  refused: ['refusal', 'refused'],
  failed: [
    ...['error', 'ERROR', 'abort', 'cancelled', 'insufficient_system_resource', 'MALFORMED_FUNCTION_CALL'],
    ...['OTHER', 'not_finished'],
  ],
}

test('endings are known in all spellings', () => {
  for (const [ending, words] of Object.entries(SPELLINGS)) {
    for (const word of words) assert.equal(endingOf(word), ending, String(word))
  }
})

test('the word is kept as the server says it, and a gateway does not hide a worse one', () => {
  assert.equal(readFinishReason({ finish_reason: 'MAX_TOKENS' }), 'MAX_TOKENS')
  assert.equal(readFinishReason({ finish_reason: { type: 'length' } }), 'length')
  assert.equal(readFinishReason({ finish_reason: null, native_finish_reason: 'SAFETY' }), 'SAFETY')
  assert.equal(readFinishReason({ finish_reason: 'stop', native_finish_reason: 'MAX_TOKENS' }), 'MAX_TOKENS')
  assert.equal(readFinishReason({ finish_reason: 'length', native_finish_reason: 'stop' }), 'length')
  for (const nothing of [undefined, {}, { finish_reason: 7 }, 'stop'])
    assert.equal(readFinishReason(nothing), null)
})

test('where a server has no finish_reason, it is read from where it says it', () => {
  const message = { content: 'It is' }
  const said: readonly (readonly [choice: object | undefined, body: object, word: string | null])[] = [
    [{ message, finishReason: 'MAX_TOKENS' }, {}, 'MAX_TOKENS'],
    [{ message, finish_reason: null, stop_reason: 'max_tokens' }, {}, 'max_tokens'],
    [{ message, finish_details: { type: 'max_tokens' } }, {}, 'max_tokens'],
    [{ message: { ...message, finish_reason: 'length' } }, {}, 'length'],
    [{ message, finish_reason: 'null' }, {}, null],
    [{ message, finish_reason: 'null', stop_reason: 'max_tokens' }, {}, 'max_tokens'],
    [{ message }, { stop_reason: 'max_tokens' }, 'max_tokens'],
    [{ message }, { done_reason: 'length' }, 'length'],
    [
      { message },
      { status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' } },
      'max_output_tokens',
    ],
    [undefined, { promptFeedback: { blockReason: 'SAFETY' } }, 'SAFETY'],
    [undefined, { prompt_feedback: { block_reason: 'PROHIBITED_CONTENT' } }, 'PROHIBITED_CONTENT'],
    // A sequence or a token that the answer stopped at stands beside the reason.
    [{ message, finish_reason: 'stop', stop_reason: 'max length reached' }, {}, 'stop'],
    [{ message, stop_reason: 128_009 }, { status: 'completed' }, null],
  ]
  for (const [choice, body, word] of said)
    assert.equal(readFinishReason(choice, body), word, JSON.stringify(choice))
})

test('what a filter says of itself counts', () => {
  assert.equal(wasFiltered({ content_filter_results: { hate: { filtered: true, severity: 'high' } } }), true)
  for (const results of [undefined, null, {}, { hate: { filtered: false } }, { hate: null }])
    assert.equal(wasFiltered({ content_filter_results: results }), false)
})
