import { completion } from '../../support/played-models.ts'
import { type Case, GOOD, good, VALUE } from './case.ts'

/** Answers that stand elsewhere than in the content, or nowhere. */
export const PLACES: readonly Case[] = [
  {
    what: 'an optional key in another spelling',
    task: { output_format: { answer: 'string', final_score: { type: 'number', required: false } } },
    answers: [completion({ content: '{"answer": "yes", "finalScore": 1}' })],
    calls: 2,
    reason: 'OUTPUT_INVALID',
  },
  {
    what: 'an object among the parts',
    answers: [completion({ content: [{ type: 'json', json: VALUE }] })],
    calls: 1,
    response: VALUE,
  },
  {
    what: 'OpenRouter, JSON alone in the details of its reasoning',
    answers: [completion({ content: '', reasoning_details: [{ type: 'reasoning.text', text: GOOD }] })],
    calls: 1,
    response: VALUE,
  },
  {
    what: 'a draft in the reasoning is no answer',
    answers: [completion({ content: '', reasoning_content: `${GOOD} may be too short.` }), good],
    calls: 2,
    response: VALUE,
  },
  {
    what: 'a tool call',
    answers: [
      completion(
        {
          content: null,
          tool_calls: [{ id: 'c', type: 'function', function: { name: 'response', arguments: GOOD } }],
        },
        'tool_calls',
      ),
    ],
    calls: 1,
    response: VALUE,
  },
  {
    what: 'a function call',
    answers: [
      completion({ content: null, function_call: { name: 'response', arguments: GOOD } }, 'function_call'),
    ],
    calls: 1,
    response: VALUE,
  },
  {
    what: 'arguments that are an object',
    answers: [completion({ content: '', tool_calls: [{ function: { arguments: VALUE } }] }, 'tool_calls')],
    calls: 1,
    response: VALUE,
  },
  { what: 'an object as content', answers: [completion({ content: VALUE })], calls: 1, response: VALUE },
  {
    what: 'vLLM, JSON in the place of reasoning',
    answers: [completion({ content: null, reasoning_content: GOOD })],
    calls: 1,
    response: VALUE,
  },
  {
    what: 'a bare null',
    answers: [completion({ content: null }), good],
    calls: 2,
    response: VALUE,
    run: { input_tokens: 80 },
  },
  {
    what: 'nothing but null',
    answers: [completion({ content: null })],
    calls: 2,
    reason: 'OUTPUT_INVALID',
    run: { input_tokens: 80, output_tokens: 16 },
  },
  {
    what: 'no choices',
    answers: [{ body: { choices: [], usage: { prompt_tokens: 9, completion_tokens: 1 } } }],
    calls: 2,
    reason: 'OUTPUT_INVALID',
    run: { input_tokens: 18 },
  },
  {
    what: 'JSON that is no completion',
    answers: [{ body: { hello: 'world' } }],
    calls: 2,
    reason: 'MODEL_ERROR',
  },
]
