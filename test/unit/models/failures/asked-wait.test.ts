import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { askedWait } from '../../../../src/models/failures/asked-wait.ts'
import { readServerError } from '../../../../src/models/failures/read-server-error.ts'

const NOW = Date.parse('2026-01-01T00:00:00Z')
const read = (headers: Record<string, string>, body: unknown = {}, isRateLimit = true) =>
  askedWait((name) => headers[name] ?? null, readServerError(body), isRateLimit, NOW)

describe('a wait in headers', () => {
  const table: readonly (readonly [headers: Record<string, string>, ms: number | null])[] = [
    [{}, null],
    [{ 'retry-after': '2' }, 2000],
    [{ 'retry-after': '0.5' }, 500],
    [{ 'retry-after': '0' }, 0],
    [{ 'retry-after': '70' }, 70_000],
    [{ 'retry-after': '2', 'retry-after-ms': '150' }, 150],
    [{ 'retry-after': '2', 'retry-after-ms': 'soon' }, 2000],
    [{ 'retry-after': '1m30s' }, 90_000],
    [{ 'retry-after': 'Thu, 01 Jan 2026 00:00:30 GMT' }, 30_000],
    [{ 'retry-after': 'Wed, 31 Dec 2025 23:59:00 GMT' }, 0],
    // By the clock of the server, whatever ours says.
    [{ 'retry-after': 'Thu, 01 Jan 2026 01:00:30 GMT', date: 'Thu, 01 Jan 2026 01:00:00 GMT' }, 30_000],
    [{ 'retry-after': '-5 bananas' }, null],
    [{ 'retry-after': '-5' }, null],
    [{ 'retry-after': 'Infinity' }, null],
    [{ 'retry-after': '1767225660' }, 60_000],
    [{ 'x-ratelimit-reset-requests': '6m0s', 'x-ratelimit-remaining-requests': '0' }, 360_000],
    [{ 'x-ratelimit-reset-tokens': '3s' }, 3000],
    [{ 'x-ratelimit-reset-tokens': '12ms' }, 12],
    [{ 'x-ratelimit-reset-after': '3' }, 3000],
    [{ 'x-retry-after': '5' }, 5000],
    [{ 'retry-after': 'PT1M30S' }, 90_000],
    [{ 'retry-after': '30, 30' }, 30_000],
    [{ ratelimit: '"default";r=0;t=12' }, 12_000],
    [{ ratelimit: '"default";r=4;t=12' }, null],
    [{ ratelimit: 'limit=100, remaining=0, reset=12' }, 12_000],
    [{ 'x-ratelimit-reset-requests': '1h2m3.5s' }, 3_723_500],
    // What has something left is not why the call was refused.
    [
      {
        ...{ 'x-ratelimit-reset-requests': '9m0s', 'x-ratelimit-remaining-requests': '4' },
        ...{ 'x-ratelimit-reset-tokens': '2s', 'x-ratelimit-remaining-tokens': '0' },
      },
      2000,
    ],
    [{ 'x-ratelimit-reset-requests': '9m0s', 'x-ratelimit-remaining-requests': '4' }, null],
    [{ 'x-ratelimit-reset-requests': '1s', 'x-ratelimit-reset-tokens': '4s' }, 4000],
    [{ 'anthropic-ratelimit-tokens-reset': '2026-01-01T00:00:45Z' }, 45_000],
    [{ 'x-ratelimit-reset': '1767225630' }, 30_000],
    [{ 'x-ratelimit-reset': '1767225630500' }, 30_500],
    [{ 'x-ratelimit-reset': '17' }, 17_000],
    [{ 'ratelimit-reset': '5' }, 5000],
  ]
  for (const [headers, ms] of table) {
    test(JSON.stringify(headers), () => assert.equal(read(headers), ms))
  }
})

describe('a wait in the body', () => {
  const words = (message: string) => ({ error: { message } })
  const table: readonly (readonly [body: unknown, ms: number | null])[] = [
    [words('Rate limit reached. Please try again in 7m12.5s. Need more? See our pages.'), 432_500],
    [words('Please try again in 350ms.'), 350],
    [words('Please retry after 12 seconds.'), 12_000],
    [words('Please retry in 32.598s.'), 32_598],
    [words('Please wait 2 minutes and 5 seconds'), 125_000],
    [words('Try again later.'), null],
    [words('5 retries were made, and 3 models tried'), null],
    [words('limit 30 per 60 seconds'), null],
    [{ error: { details: [{ '@type': 'x' }, { retryDelay: '32s' }] } }, 32_000],
    [{ error: { details: [{ retryDelay: '0.5s' }] } }, 500],
    [{ error: { details: 'none' } }, null],
    [{ error: { message: 'loading', estimated_time: 20 } }, 20_000],
    [{ error: { retry_after: 4 } }, 4000],
  ]
  for (const [body, ms] of table) test(JSON.stringify(body), () => assert.equal(read({}, body), ms))
})

test('the reset of a limit is no wait for what is no limit', () => {
  assert.equal(read({ 'x-ratelimit-reset-requests': '6m0s' }, {}, false), null)
  assert.equal(read({ 'retry-after': '6' }, {}, false), 6000)
})

test('a wait that a gateway repeats, or that the error holds', () => {
  const bodies: readonly (readonly [error: object, ms: number])[] = [
    [{ message: 'busy', metadata: { headers: { 'X-RateLimit-Reset': String(NOW + 60_000) } } }, 60_000],
    [{ message: 'busy', metadata: { retry_after_seconds: 9 } }, 9000],
    [{ message: 'busy', retry_after_ms: 500 }, 500],
    [{ message: 'busy', details: { retry_after: 4 } }, 4000],
    [{ message: 'Too many. Try again at 2026-01-01T00:01:10Z.' }, 70_000],
  ]
  for (const [error, ms] of bodies) assert.equal(read({}, { error }), ms, JSON.stringify(error))
})
