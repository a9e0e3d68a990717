import assert from 'node:assert/strict'
import { test } from 'node:test'
import { endingOf, type ReadEnding, readFinishReason } from '../../../../src/models/answers/read-ending.ts'

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
