import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ModelError, type ModelErrorKind } from '../../../../src/models/model.ts'
import { type FailureCounts, retryDelay } from '../../../../src/models/protocol/retry.ts'

const policy = { maxAttempts: 4, baseMs: 500, capMs: 30_000 }
const most = () => 1
const FOR_EVER = Number.POSITIVE_INFINITY
const same = (count: number): FailureCounts => ({ all: count, ofKind: count })
const failure = (
  retryAfterMs: number | null = null,
  retryable = true,
  kind: ModelErrorKind = 'server_error',
) => new ModelError(kind, 'failed', { retryable, retryAfterMs })

test('the pause doubles with each attempt, up to the cap', () => {
  const patient = { ...policy, maxAttempts: 100 }
  const delays = [1, 2, 3, 7, 50].map((count) => retryDelay(same(count), failure(), patient, FOR_EVER, most))
  assert.deepEqual(delays, [500, 1000, 2000, 30_000, 30_000])
})

test('jitter reaches from nothing to the whole pause', () => {
  for (const share of [0, 0.5]) {
    assert.equal(
      retryDelay(same(2), failure(), policy, FOR_EVER, () => share),
      1000 * share,
    )
  }
})

test('there is no further call after the last attempt, or where none can help', () => {
  assert.notEqual(retryDelay(same(3), failure(), policy, FOR_EVER), null)
  assert.equal(retryDelay(same(4), failure(), policy, FOR_EVER), null)
  assert.equal(retryDelay(same(1), failure(null, false), policy, FOR_EVER), null)
  assert.equal(retryDelay(same(1), failure(5, false), policy, FOR_EVER), null)
})

test('a wait that was asked for is kept in full, with jitter on top, and uses up no attempt', () => {
  for (const asked of [1, 100, 2500, 70_000, 7_200_000]) {
    for (const count of [0, 4, 1000]) {
      const least = retryDelay(same(count), failure(asked), policy, FOR_EVER, () => 0)
      const longest = retryDelay(same(count), failure(asked), policy, FOR_EVER, most) ?? 0
      assert.equal(least, asked)
      assert.ok(longest > asked && longest <= asked + 5000, `${asked} became ${longest}`)
    }
  }
})

test('a wait of nothing is none, and is an attempt', () => {
  assert.equal(retryDelay(same(4), failure(0), policy, FOR_EVER), null)
  assert.equal(retryDelay(same(2), failure(0), policy, FOR_EVER, most), 1000)
})

test('the deadline alone bounds a wait, and jitter never costs the call', () => {
  assert.equal(retryDelay(same(0), failure(70_000), policy, 70_000, most), null)
  const inTime = retryDelay(same(0), failure(70_000), policy, 70_010, most) ?? 0
  assert.ok(inTime >= 70_000 && inTime < 70_010, `${inTime}`)
  assert.equal(retryDelay(same(2), failure(), policy, 900, most), null)
})

test('a time-out, and what is no answer, are paid for twice at most', () => {
  for (const kind of ['timeout', 'bad_answer'] as const) {
    const failed = failure(null, true, kind)
    assert.notEqual(retryDelay({ all: 2, ofKind: 1 }, failed, policy, FOR_EVER), null)
    assert.equal(retryDelay({ all: 2, ofKind: 2 }, failed, policy, FOR_EVER), null)
  }
})

test('a model that is loading is waited for for minutes', () => {
  let waited = 0
  let calls = 1
  for (;;) {
    const counts = { all: 0, ofKind: calls }
    const delay = retryDelay(counts, failure(null, true, 'loading'), policy, FOR_EVER, () => 0)
    if (delay === null) break
    waited += delay
    calls += 1
  }
  assert.ok(waited > 5 * 60_000 && waited < 15 * 60_000, `${waited} ms`)
  const once = { ...policy, maxAttempts: 1 }
  assert.equal(retryDelay(same(1), failure(null, true, 'loading'), once, FOR_EVER), null)
})
