import { completion } from '../../support/played-models.ts'
import { type Case, error, GOOD, good, VALUE } from './case.ts'

/** The second try, and how many there are. */
export const SECOND_TRIES: readonly Case[] = [
  {
    what: 'none but the first',
    task: { output_retries: 0 },
    answers: [completion({ content: 'No.' })],
    calls: 1,
    reason: 'OUTPUT_INVALID',
  },
  {
    what: 'three more',
    task: { output_retries: 3 },
    answers: [completion({ content: 'No.' })],
    calls: 4,
    reason: 'OUTPUT_INVALID',
  },
  {
    what: 'too long',
    answers: [completion({ content: JSON.stringify({ answer: 'x'.repeat(2000), score: 1 }) })],
    calls: 1,
    reason: 'OUTPUT_INVALID',
  },
  {
    what: 'a second try that is longer than the server takes',
    answers: [
      completion({ content: 'No.' }),
      error(400, { error: { code: 'context_length_exceeded', message: 'maximum context length is 90' } }),
    ],
    calls: 2,
    reason: 'OUTPUT_INVALID',
    run: { output_check: 'invalid' },
  },
  {
    what: 'Groq, JSON that did not fit',
    answers: [
      error(400, {
        error: {
          message: 'Failed to generate JSON.',
          code: 'json_validate_failed',
          failed_generation: '{"answer": "yes"',
        },
      }),
      good,
    ],
    calls: 2,
    response: VALUE,
    run: { estimated: true, cost_exact: false },
  },
  {
    what: 'Groq, JSON that fits all the same',
    answers: [
      error(400, {
        error: { code: 'json_validate_failed', message: 'no', failed_generation: `Here it is: ${GOOD}` },
      }),
    ],
    calls: 1,
    response: VALUE,
  },
]
