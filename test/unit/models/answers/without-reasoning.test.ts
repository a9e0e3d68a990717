import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { withoutReasoning } from '../../../../src/models/answers/without-reasoning.ts'

describe('reasoning is taken out of a text', () => {
  const table: readonly (readonly [what: string, text: string, rest: string])[] = [
    ['a block before the answer', '<think>\nHm.\n</think>\n\nTea.', 'Tea.'],
    ['two of them', '<think>a</think>\n<think>b</think>Tea.', 'Tea.'],
    ['an empty one', '<think></think>Tea.', 'Tea.'],
    ['one that is not closed', '<think>Hm. Tea? No, ', ''],
    ['one that the template opened', 'Hm.\n</think>\nTea.', 'Tea.'],
    ['in other words', '<thinking>Hm.</thinking>Tea.', 'Tea.'],
    ['of Seed', '<seed:think>Hm.</seed:think>Tea.', 'Tea.'],
    ['in capitals', '<THINK>Hm.</THINK>Tea.', 'Tea.'],
    ['in special tokens', '<|inner_prefix|>Hm.<|inner_suffix|>Tea.', 'Tea.'],
    ['of MedGemma', '<unused94>thought\nHm.<unused95>Tea.', 'Tea.'],
    [
      'with a mark of the answer',
      '<|begin_of_thought|>Hm.<|end_of_thought|>\n\n<|begin_of_solution|>Tea.<|end_of_solution|>',
      'Tea.',
    ],
    ['of Cohere', '<|START_THINKING|>Hm.<|END_THINKING|><|START_RESPONSE|>Tea.<|END_RESPONSE|>', 'Tea.'],
    ['whose turn it is', '<|start_header_id|>assistant<|end_header_id|>\n\nTea.<|eot_id|>', 'Tea.'],
    ['whose turn it is, before a block', '<|im_start|>assistant\n<think>Hm.</think>Tea.<|im_end|>', 'Tea.'],
    ['of Magistral', '[THINK]Hm.[/THINK]Tea.', 'Tea.'],
    ['of Kimi', '◁think▷Hm.◁/think▷Tea.', 'Tea.'],
    ['between two parts', 'One.\n<think>\nHm.\n</think>\nTwo.', 'One.\n\nTwo.'],
    ['before JSON', '<think>{"a": 0}?</think>{"a": 1}', '{"a": 1}'],
    ['a token of the template at the end', 'Tea.<|im_end|>', 'Tea.'],
    ['several of them', 'Tea.<|im_end|>\n<|endoftext|></s>', 'Tea.'],
    [
      'channels of gpt-oss',
      '<|channel|>analysis<|message|>Hm.<|end|><|start|>assistant<|channel|>final<|message|>Tea.<|return|>',
      'Tea.',
    ],
    ['channels with a constraint', '<|channel|>final <|constrain|>json<|message|>{"a": 1}', '{"a": 1}'],
    [
      'channels of which the first mark is gone',
      'Hm.<|end|><|start|>assistant<|channel|>final<|message|>Tea.',
      'Tea.',
    ],
    ['only a channel of reasoning', '<|channel|>analysis<|message|>Hm. Tea', ''],
    ['channels without their tokens', 'analysisHm. Tea or not.assistantfinalTea.', 'Tea.'],
  ]
  for (const [what, text, rest] of table) test(what, () => assert.equal(withoutReasoning(text), rest))
})

test('what only looks like it stays', () => {
  for (const text of [
    ...['Tea.', '', ' two\n', 'a < b and c > d', '<b>Tea</b>', '</p>', 'I think> so', 'analysis of tea'],
    ...['The tag `<think>` begins it, and `</think>` ends it.', 'It is written <think>like this</think>.'],
    ...[
      '```xml\n<think>x</think>\n```',
      '{"html": "</think>"}',
      '{"a": "<think>x</think>"}',
      '[1, "</think>"]',
    ],
    ...['It is `<|channel|>final<|message|>` that begins it.', 'Say <|channel|>final, then go on.'],
    ...[
      '{"a": "<|channel|>final<|message|>x"}',
      'So:\n```\nHm.<|end|><|start|>assistant<|channel|>final<|message|>Tea.\n```',
    ],
    ...['Ends with <|im_end|> in the middle', '<|unknown|>'],
  ]) {
    assert.equal(withoutReasoning(text), text)
  }
})

test('its time is linear', () => {
  for (const part of [
    '<think>',
    '</think>',
    '<think></think>',
    '\n<think>a',
    '```\n<think>',
    '<|im_end|>',
    '<|channel|>',
    '<|end|><|start|>assistant',
    '<|end|> ',
    '<',
  ]) {
    const started = performance.now()
    withoutReasoning(part.repeat(100_000))
    assert.ok(performance.now() - started < 5000, part)
  }
})
