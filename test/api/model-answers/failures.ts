import { type Case, error, good, VALUE } from './case.ts'

/** Failures, and what is tried again. */
export const FAILURES: readonly Case[] = [
  {
    what: 'MiniMax, an empty account in a success',
    answers: [
      { body: { choices: null, base_resp: { status_code: 1008, status_msg: 'insufficient balance' } } },
    ],
    calls: 1,
    reason: 'MODEL_ERROR',
    error: { retryable: false },
  },
  {
    what: 'Cloudflare, errors as a list in a success',
    answers: [
      { body: { success: false, result: null, errors: [{ code: 429, message: 'slow down' }] } },
      good,
    ],
    calls: 2,
    response: VALUE,
  },
  {
    what: 'OpenAI, an empty account',
    answers: [
      error(429, {
        error: { message: 'You have nothing left.', type: 'insufficient_quota', code: 'insufficient_quota' },
      }),
    ],
    calls: 1,
    reason: 'MODEL_ERROR',
    error: { retryable: false },
  },
  {
    what: 'an error in a success',
    answers: [{ body: { error: { message: 'Busy', type: 'overloaded_error' } } }, good],
    calls: 2,
    response: VALUE,
  },
  {
    what: 'an error in a success that stays',
    answers: [{ body: { error: { message: 'bad key', type: 'authentication_error' } } }],
    calls: 1,
    reason: 'MODEL_ERROR',
  },
  {
    what: 'a model that is gone',
    answers: [error(404, { error: { message: 'The model does not exist', code: 'model_not_found' } })],
    calls: 1,
    reason: 'MODEL_RETIRED',
  },
  {
    what: 'vLLM, a wrong address',
    answers: [error(404, { detail: 'Not Found' })],
    calls: 1,
    reason: 'MODEL_ERROR',
    error: { retryable: false, message: 'The model gave no answer (bad_request, status 404).' },
  },
  {
    what: 'Azure, a wrong address',
    answers: [error(404, { error: { code: '404', message: 'Resource not found' } })],
    calls: 1,
    reason: 'MODEL_ERROR',
  },
  {
    what: 'Anthropic, a parameter that is deprecated, and was not sent',
    answers: [error(400, { error: { message: '`temperature` is deprecated for this model.' } })],
    calls: 1,
    reason: 'MODEL_ERROR',
  },
  {
    what: 'Anthropic, a model that is gone',
    answers: [error(404, { error: { type: 'not_found_error', message: 'model: m-3-opus' } })],
    calls: 1,
    reason: 'MODEL_RETIRED',
  },
  { what: '425', answers: [error(425, {}), good], calls: 2, response: VALUE },
  { what: '498', answers: [error(498, {}), good], calls: 2, response: VALUE },
  { what: '529', answers: [error(529, {}), good], calls: 2, response: VALUE },
  {
    what: 'Groq, a call that no wait lets through',
    answers: [
      {
        ...error(413, {
          error: {
            message: 'Request too large: Limit 6000, Requested 9540. Please try again in 5ms.',
            type: 'tokens',
            code: 'rate_limit_exceeded',
          },
        }),
        headers: { 'retry-after-ms': '5' },
      },
      good,
    ],
    calls: 1,
    reason: 'MODEL_ERROR',
    error: { retryable: false },
  },
  {
    what: 'six waits that were asked for',
    answers: [
      ...Array.from({ length: 6 }, () => ({
        ...error(429, { error: { message: 'slow down' } }),
        headers: { 'retry-after-ms': '5' },
      })),
      good,
    ],
    calls: 7,
    response: VALUE,
  },
  {
    what: 'waits in words',
    answers: [
      ...Array.from({ length: 5 }, () => error(429, { error: { message: 'Please try again in 8ms.' } })),
      good,
    ],
    calls: 6,
    response: VALUE,
  },
]
