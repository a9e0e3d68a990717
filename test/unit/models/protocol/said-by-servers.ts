import type { ModelErrorKind } from '../../../../src/models/model.ts'

/** Bodies in the shapes and words of servers, with values of ours. */
export const SAID: readonly (readonly [
  server: string,
  kind: ModelErrorKind,
  status: number,
  body: unknown,
])[] = [
  [
    'OpenAI, no money',
    'quota_exhausted',
    429,
    { error: { message: 'You have nothing left.', type: 'insufficient_quota', code: 'insufficient_quota' } },
  ],
  [
    'OpenAI, hard limit',
    'quota_exhausted',
    400,
    { error: { message: 'Limit reached', code: 'billing_hard_limit_reached' } },
  ],
  [
    'Anthropic, no credit',
    'quota_exhausted',
    400,
    {
      type: 'error',
      error: { type: 'invalid_request_error', message: 'Your credit balance is too low to use this.' },
    },
  ],
  [
    'DeepSeek',
    'quota_exhausted',
    402,
    { error: { message: 'Insufficient Balance', type: 'unknown_error', code: 'invalid_request_error' } },
  ],
  [
    'Moonshot',
    'quota_exhausted',
    429,
    { error: { message: 'Your account is suspended', type: 'exceeded_current_quota_error' } },
  ],
  ['Zhipu', 'quota_exhausted', 429, { error: { code: '1113', message: '余额不足' } }],
  [
    'xAI',
    'quota_exhausted',
    403,
    { code: 'denied', error: 'Your team has used all available credits or its monthly spending limit.' },
  ],
  ['DashScope', 'quota_exhausted', 400, { error: { code: 'Arrearage', message: 'Access denied' } }],
  [
    'Google, a model that this account has no share of',
    'quota_exhausted',
    429,
    [
      {
        error: {
          code: 429,
          message:
            'Quota exceeded for metric: generate_content_free_tier_requests, limit: 0, model: m\nPlease retry in 35s.',
          status: 'RESOURCE_EXHAUSTED',
          details: [{ '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '35s' }],
        },
      },
    ],
  ],
  [
    'Google, a minute is full, in words',
    'rate_limited',
    429,
    { error: { message: 'Quota exceeded for metric: requests, limit: 10, model: m', code: 429 } },
  ],
  [
    'OpenAI, a call that is more than a minute has',
    'bad_request',
    429,
    {
      error: {
        message:
          'Request too large for m (for limit m) on tokens per min (TPM): Limit 30,000, Requested 45000. It must be made smaller.',
        type: 'tokens',
        code: 'rate_limit_exceeded',
      },
    },
  ],
  [
    'Groq, a call that is more than a minute has',
    'bad_request',
    413,
    {
      error: {
        message: 'Request too large for model `m` on tokens per minute (TPM): Limit 6000, Requested 9540',
        type: 'tokens',
        code: 'rate_limit_exceeded',
      },
    },
  ],
  [
    'OpenAI, a minute is nearly full',
    'rate_limited',
    429,
    {
      error: {
        message: 'Rate limit reached for m on tokens per min (TPM): Limit 30000, Used 29000, Requested 4500.',
        type: 'tokens',
        code: 'rate_limit_exceeded',
      },
    },
  ],
  [
    'xAI, filtered',
    'content_filtered',
    403,
    { code: 'The caller does not have permission', error: 'Content violates usage guidelines.' },
  ],
  [
    'OpenAI, too fast',
    'rate_limited',
    429,
    { error: { message: 'Rate limit reached for requests', type: 'requests', code: 'rate_limit_exceeded' } },
  ],
  [
    'Google, a minute is full',
    'rate_limited',
    429,
    [
      {
        error: {
          code: 429,
          status: 'RESOURCE_EXHAUSTED',
          message: 'You exceeded your current quota, please check your plan and billing details.',
          details: [{ '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '21s' }],
        },
      },
    ],
  ],
  ['a gateway that wraps a 429', 'rate_limited', 500, { error: { message: 'upstream', code: 429 } }],
  [
    'Groq, capacity',
    'rate_limited',
    498,
    { error: { message: 'capacity exceeded', type: 'capacity_exceeded' } },
  ],
  [
    'Anthropic, busy',
    'server_error',
    529,
    { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } },
  ],
  [
    'llama.cpp, loading',
    'loading',
    503,
    { error: { code: 503, message: 'Loading model', type: 'unavailable_error' } },
  ],
  [
    'Hugging Face, loading',
    'loading',
    503,
    { error: 'Model some/one is currently loading', estimated_time: 31.5 },
  ],
  [
    'Azure, prompt filtered',
    'content_filtered',
    400,
    {
      error: {
        code: 'content_filter',
        message: 'The response was filtered',
        innererror: { code: 'ResponsibleAIPolicyViolation' },
      },
    },
  ],
  [
    'DashScope, inspected',
    'content_filtered',
    400,
    { error: { code: 'data_inspection_failed', message: 'Input data may contain inappropriate content.' } },
  ],
  [
    'OpenRouter, moderated',
    'content_filtered',
    403,
    {
      error: { code: 403, message: 'The model requires moderation. Your input was flagged for "violence".' },
    },
  ],
  [
    'OpenAI, gone',
    'retired',
    404,
    { error: { message: 'The model `old-1` does not exist', code: 'model_not_found' } },
  ],
  [
    'Groq, gone',
    'retired',
    400,
    { error: { message: 'The model `old` has been decommissioned', code: 'model_decommissioned' } },
  ],
  [
    'OpenAI, too long',
    'bad_request',
    400,
    { error: { message: 'maximum context length is 10', code: 'context_length_exceeded' } },
  ],
  [
    'vLLM',
    'bad_request',
    400,
    { object: 'error', message: 'top_p must be in (0, 1]', type: 'BadRequestError', code: 400 },
  ],
  ['FastAPI', 'bad_request', 422, { detail: [{ loc: ['body'], msg: 'field required' }] }],
  ['Mistral, wrong key', 'authentication', 401, { message: 'Unauthorized', request_id: '1' }],
  [
    'DeepSeek, busy',
    'server_error',
    503,
    { error: { message: 'The server is overloaded', type: 'service_unavailable_error' } },
  ],
]
