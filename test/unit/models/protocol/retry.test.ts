import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ModelError } from '../../../../src/models/model.ts'
import { retryDelay } from '../../../../src/models/protocol/retry.ts'

const policy = { maxAttempts: 4, baseMs: 500, capMs: 30_000 }
const most = () => 1
const failure = (retryAfterMs: number | null = null, retryable = true) =>
  new ModelError('server_error', 'failed', { retryable, retryAfterMs })

test('the pause doubles with each attempt, up to the cap', () => {
  const patient = { ...policy, maxAttempts: 100 }
  const delays = [1, 2, 3, 7, 50].map((attempt) => retryDelay(attempt, failure(), patient, most))
  assert.deepEqual(delays, [500, 1000, 2000, 30_000, 30_000])
})

test('jitter reaches from nothing to the whole pause', () => {
  assert.equal(
    retryDelay(2, failure(), policy, () => 0),
    0,
  )
  assert.equal(
    retryDelay(2, failure(), policy, () => 0.5),
    500,
  )
})

test('there is no further call after the last attempt, or where none can help', () => {
  assert.notEqual(retryDelay(3, failure(), policy), null)
  assert.equal(retryDelay(4, failure(), policy), null)
  assert.equal(retryDelay(1, failure(null, false), policy), null)
})

test('what the server asks for is the least, and more than a minute is not waited for', () => {
  assert.equal(
    retryDelay(1, failure(2500), policy, () => 0),
    2500,
  )
  assert.equal(retryDelay(3, failure(100), policy, most), 2000)
  assert.equal(
    retryDelay(1, failure(60_000), policy, () => 0),
    60_000,
  )
  assert.equal(retryDelay(1, failure(60_001), policy), null)
})
