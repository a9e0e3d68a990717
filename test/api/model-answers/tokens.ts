import { completion } from '../../support/played-models.ts'
import { type Case, GOOD, VALUE } from './case.ts'

/** Tokens as servers count them, and what they cost. */
export const TOKENS: readonly Case[] = [
  {
    what: 'xAI, reasoning beside the completion',
    answers: [
      completion({ content: GOOD }, 'stop', {
        usage: {
          prompt_tokens: 12,
          completion_tokens: 2,
          total_tokens: 334,
          completion_tokens_details: { reasoning_tokens: 320 },
        },
      }),
    ],
    calls: 1,
    response: VALUE,
    run: { input_tokens: 12, output_tokens: 322, total_tokens: 334, reasoning_tokens: 320 },
  },
  {
    what: 'OpenAI, cached at a price',
    task: { llm_model_id: 'priced' },
    answers: [
      completion({ content: GOOD }, 'stop', {
        usage: {
          prompt_tokens: 1_000_000,
          completion_tokens: 100_000,
          prompt_tokens_details: { cached_tokens: 800_000, cache_write_tokens: 100_000 },
        },
      }),
    ],
    calls: 1,
    response: VALUE,
    run: { cached_tokens: 800_000, charged_credits: '1.88', cost_exact: true, estimated: false },
  },
  {
    what: 'cached without a price',
    task: { llm_model_id: 'plainly priced' },
    answers: [
      completion({ content: GOOD }, 'stop', {
        usage: {
          prompt_tokens: 1_000_000,
          completion_tokens: 100_000,
          prompt_tokens_details: { cached_tokens: 800_000 },
        },
      }),
    ],
    calls: 1,
    response: VALUE,
    run: { charged_credits: '3.00', cost_exact: false, estimated: false },
  },
  {
    what: 'a prompt that counts nothing',
    answers: [
      completion({ content: GOOD }, 'stop', {
        usage: { prompt_tokens: 0, completion_tokens: 4, total_tokens: 4 },
      }),
    ],
    calls: 1,
    response: VALUE,
    run: { output_tokens: 4, estimated: true, cost_exact: false },
  },
]
