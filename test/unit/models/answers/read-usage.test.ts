import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { readUsage } from '../../../../src/models/answers/read-usage.ts'
import fc from '../../../support/fast-check.ts'
import { fuzz } from '../../../support/fuzz.ts'

const read = (usage: unknown, input = 10, output = 20) =>
  readUsage(usage, { input: () => input, output: () => output })
const counts = (usage: unknown) => {
  const { inputTokens, outputTokens, cachedTokens, cacheWriteTokens, reasoningTokens, estimated } =
    read(usage)
  return [inputTokens, outputTokens, cachedTokens, cacheWriteTokens, reasoningTokens, estimated]
}

describe('tokens are read in the spelling of each server', () => {
  const table: readonly (readonly [server: string, usage: unknown, counts: (number | boolean)[]])[] = [
    [
      'OpenAI',
      {
        prompt_tokens: 100,
        completion_tokens: 50,
        total_tokens: 150,
        prompt_tokens_details: { cached_tokens: 64 },
        completion_tokens_details: { reasoning_tokens: 30 },
      },
      [100, 50, 64, 0, 30, false],
    ],
    ['counts as texts', { prompt_tokens: '100', completion_tokens: '50' }, [100, 50, 0, 0, 0, false]],
    [
      'Google, as it is',
      {
        ...{ promptTokenCount: 100, candidatesTokenCount: 50, thoughtsTokenCount: 30, totalTokenCount: 180 },
        cachedContentTokenCount: 64,
      },
      [100, 80, 64, 0, 30, false],
    ],
    ['a gateway in TypeScript', { promptTokens: 100, completionTokens: 50 }, [100, 50, 0, 0, 0, false]],
    [
      'OpenAI, Responses API',
      {
        input_tokens: 100,
        output_tokens: 50,
        total_tokens: 150,
        input_tokens_details: { cached_tokens: 64 },
        output_tokens_details: { reasoning_tokens: 30 },
      },
      [100, 50, 64, 0, 30, false],
    ],
    [
      'xAI',
      {
        prompt_tokens: 12,
        completion_tokens: 2,
        total_tokens: 334,
        completion_tokens_details: { reasoning_tokens: 320 },
      },
      [12, 322, 0, 0, 320, false],
    ],
    ['Google', { prompt_tokens: 7, completion_tokens: 5, total_tokens: 112 }, [7, 105, 0, 0, 100, false]],
    [
      'DeepSeek',
      {
        prompt_tokens: 90,
        completion_tokens: 9,
        total_tokens: 99,
        prompt_cache_hit_tokens: 64,
        prompt_cache_miss_tokens: 26,
      },
      [90, 9, 64, 0, 0, false],
    ],
    [
      'Moonshot',
      { prompt_tokens: 90, completion_tokens: 9, total_tokens: 99, cached_tokens: 80 },
      [90, 9, 80, 0, 0, false],
    ],
    [
      'Anthropic, its own spelling',
      { input_tokens: 10, output_tokens: 9, cache_read_input_tokens: 100, cache_creation_input_tokens: 40 },
      [150, 9, 100, 40, 0, false],
    ],
    [
      'Anthropic, through LiteLLM',
      {
        prompt_tokens: 150,
        completion_tokens: 9,
        total_tokens: 159,
        cache_read_input_tokens: 100,
        cache_creation_input_tokens: 40,
      },
      [150, 9, 100, 40, 0, false],
    ],
    [
      'OpenRouter',
      {
        prompt_tokens: 150,
        completion_tokens: 9,
        total_tokens: 159,
        prompt_tokens_details: { cached_tokens: 100, cache_write_tokens: 20 },
      },
      [150, 9, 100, 20, 0, false],
    ],
    [
      'no prompt counted',
      { prompt_tokens: 0, completion_tokens: 9, total_tokens: 9 },
      [10, 9, 0, 0, 0, true],
    ],
    [
      'no answer counted',
      { prompt_tokens: 30, completion_tokens: 0, total_tokens: 30 },
      [30, 20, 0, 0, 0, true],
    ],
    [
      'a total that knows better',
      { prompt_tokens: 30, completion_tokens: 0, total_tokens: 42 },
      [30, 12, 0, 0, 0, false],
    ],
    ['a total and the answer', { completion_tokens: 8, total_tokens: 42 }, [34, 8, 0, 0, 0, false]],
    ['only a total', { total_tokens: 90 }, [30, 60, 0, 0, 0, true]],
    ['nothing', undefined, [10, 20, 0, 0, 0, true]],
    [
      'nonsense',
      { prompt_tokens: -1, completion_tokens: 'many', total_tokens: 1e300 },
      [10, 20, 0, 0, 0, true],
    ],
    [
      'more cached than asked',
      {
        prompt_tokens: 5,
        completion_tokens: 5,
        cached_tokens: 50,
        completion_tokens_details: { reasoning_tokens: 99 },
      },
      [5, 5, 5, 0, 5, false],
    ],
  ]
  for (const [server, usage, wanted] of table) test(server, () => assert.deepEqual(counts(usage), wanted))
})

test('an empty answer may have no tokens', () => {
  const { outputTokens, estimated } = read({ prompt_tokens: 5, completion_tokens: 0 }, 10, 0)
  assert.deepEqual([outputTokens, estimated], [0, false])
})

test('whatever a server says, parts are never more than the whole', () =>
  fc.assert(
    fc.property(fc.dictionary(fc.constantFrom(...NAMES), fc.oneof(fc.integer(), fc.object())), (usage) => {
      const { inputTokens, outputTokens, cachedTokens, cacheWriteTokens, reasoningTokens } = read(usage)
      for (const count of [inputTokens, outputTokens, cachedTokens, cacheWriteTokens, reasoningTokens]) {
        assert.ok(Number.isInteger(count) && count >= 0 && count <= 3e9, `${count}`)
      }
      assert.ok(cachedTokens + cacheWriteTokens <= inputTokens && reasoningTokens <= outputTokens)
    }),
    fuzz(300),
  ))

const NAMES = [
  ...['prompt_tokens', 'completion_tokens', 'total_tokens', 'input_tokens', 'output_tokens', 'cached_tokens'],
  ...['cache_read_input_tokens', 'cache_creation_input_tokens', 'reasoning_tokens', 'prompt_tokens_details'],
]
