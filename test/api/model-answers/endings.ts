import { completion } from '../../support/played-models.ts'
import { bounded, type Case, error, GOOD, good, more, VALUE } from './case.ts'

/** How an answer ended. As these servers say it, in our own words and values. */
export const ENDINGS: readonly Case[] = [
  {
    what: 'OpenAI, cut',
    task: bounded,
    answers: [completion({ content: '{"answer": "ye' }, 'length'), good],
    calls: 2,
    response: VALUE,
    run: { finish_reason: 'stop', output_check: 'repaired', ...more },
  },
  {
    what: 'OpenAI, cut twice',
    task: bounded,
    answers: [completion({ content: '{"answer": "ye' }, 'length')],
    calls: 2,
    reason: 'OUTPUT_TRUNCATED',
    run: { finish_reason: 'length' },
    error: { partial: '{"answer": "ye', retryable: false },
  },
  {
    what: 'vLLM, cut without a bound of ours',
    answers: [completion({ content: '{"answer": "ye' }, 'length')],
    calls: 1,
    reason: 'OUTPUT_TRUNCATED',
  },
  {
    what: 'Mistral, cut but whole',
    task: bounded,
    answers: [completion({ content: GOOD }, 'model_length')],
    calls: 1,
    response: VALUE,
    run: { finish_reason: 'model_length' },
  },
  {
    what: 'Google, a list that was cut',
    task: { ...bounded, output_format: { answer: 'list' } },
    answers: [completion({ content: '{"answer": ["one", "two"' }, 'MAX_TOKENS')],
    calls: 2,
    reason: 'OUTPUT_TRUNCATED',
  },
  {
    what: 'a key that may be absent was cut',
    task: { ...bounded, output_format: { answer: 'string', score: { type: 'number', required: false } } },
    answers: [completion({ content: '{"answer": "yes", "sco' }, 'length')],
    calls: 2,
    reason: 'OUTPUT_TRUNCATED',
  },
  {
    what: 'a text that was cut',
    text: true,
    task: bounded,
    answers: [
      completion({ content: 'It ends on the 3' }, 'length'),
      completion({ content: 'It ends on the 31st.' }),
    ],
    calls: 2,
    response: 'It ends on the 31st.',
  },
  {
    what: 'a text that was cut twice',
    text: true,
    task: bounded,
    answers: [completion({ content: 'It ends on the 3' }, 'length')],
    calls: 2,
    reason: 'OUTPUT_TRUNCATED',
    error: { partial: 'It ends on the 3' },
  },
  {
    what: 'a cut text that is taken',
    text: true,
    task: { ...bounded, on_truncated: 'accept' },
    answers: [completion({ content: 'It ends on the 3' }, 'length')],
    calls: 1,
    response: 'It ends on the 3',
    run: { finish_reason: 'length' },
  },
  {
    what: 'a server that takes no more room',
    task: bounded,
    answers: [
      completion({ content: '{"answer": "ye' }, 'length'),
      error(400, { error: { message: 'max_tokens must be at most 60' } }),
    ],
    calls: 2,
    reason: 'OUTPUT_TRUNCATED',
    error: { partial: '{"answer": "ye' },
  },
  {
    what: 'a model that can give no more',
    task: { ...bounded, llm_model_id: 'small' },
    answers: [completion({ content: '{"answer": "ye' }, 'length')],
    calls: 1,
    reason: 'OUTPUT_TRUNCATED',
  },
  {
    what: 'a model whose most is known',
    task: { llm_model_id: 'known' },
    answers: [completion({ content: '{"answer": "ye' }, 'length'), good],
    calls: 2,
    response: VALUE,
    run: { llm_config: { max_tokens: 800 } },
  },
  {
    what: 'Azure, filtered',
    answers: [completion({ content: 'It is' }, 'content_filter')],
    calls: 1,
    reason: 'CONTENT_FILTERED',
    error: { partial: 'It is', retryable: false },
    run: { input_tokens: 40 },
  },
  {
    what: 'Azure, filtered but whole',
    answers: [completion({ content: GOOD }, 'content_filter')],
    calls: 1,
    reason: 'CONTENT_FILTERED',
  },
  {
    what: 'Google, nothing for safety',
    text: true,
    answers: [completion({ content: null }, 'SAFETY')],
    calls: 1,
    reason: 'CONTENT_FILTERED',
    error: { partial: null },
  },
  {
    what: 'Azure, the prompt filtered',
    answers: [error(400, { error: { code: 'content_filter', message: 'The prompt was filtered.' } })],
    calls: 1,
    reason: 'CONTENT_FILTERED',
  },
  {
    what: 'Google through a gateway, the prompt blocked',
    answers: [
      { body: { choices: [], promptFeedback: { blockReason: 'SAFETY' }, usage: { prompt_tokens: 4 } } },
    ],
    calls: 1,
    reason: 'CONTENT_FILTERED',
    run: { finish_reason: 'SAFETY', input_tokens: 4 },
  },
  {
    what: 'Azure, filtered and said beside the ending',
    text: true,
    answers: [
      {
        body: {
          choices: [
            {
              message: { content: 'It is' },
              finish_reason: 'stop',
              content_filter_results: { hate: { filtered: true } },
            },
          ],
        },
      },
    ],
    calls: 1,
    reason: 'CONTENT_FILTERED',
  },
  {
    what: 'Anthropic through a gateway, cut',
    text: true,
    task: bounded,
    answers: [
      { body: { choices: [{ message: { content: 'It ends on the 3' }, stop_reason: 'max_tokens' }] } },
      completion({ content: 'It ends on the 31st.' }),
    ],
    calls: 2,
    response: 'It ends on the 31st.',
  },
  {
    what: 'OpenAI, refused',
    answers: [completion({ content: null, refusal: 'I will not.' })],
    calls: 1,
    reason: 'MODEL_REFUSED',
    error: { refusal: 'I will not.', retryable: false, partial: null },
  },
  {
    what: 'a text refused',
    text: true,
    answers: [completion({ content: null, refusal: 'I will not.' })],
    calls: 1,
    reason: 'MODEL_REFUSED',
  },
  {
    what: 'Anthropic, refused',
    text: true,
    answers: [completion({ content: 'I cannot help.' }, 'refusal')],
    calls: 1,
    reason: 'MODEL_REFUSED',
    error: { refusal: 'I cannot help.', partial: null },
  },
  {
    what: 'OpenRouter, an error beside a part',
    answers: [
      completion({ content: '{"ans' }, 'error', { error: { code: 502, message: 'Upstream died' } }),
      good,
    ],
    calls: 2,
    response: VALUE,
    run: { input_tokens: 80, output_tokens: 16 },
  },
  {
    what: 'OpenRouter, an error in the choice',
    answers: [
      {
        body: {
          choices: [
            {
              message: { content: '' },
              finish_reason: 'error',
              error: { code: 402, message: 'No credit left' },
            },
          ],
        },
      },
    ],
    calls: 1,
    reason: 'MODEL_ERROR',
    error: { retryable: false },
  },
  {
    what: 'DeepSeek, out of resources',
    answers: [completion({ content: 'It' }, 'insufficient_system_resource'), good],
    calls: 2,
    response: VALUE,
  },
]
