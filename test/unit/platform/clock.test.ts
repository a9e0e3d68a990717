import assert from 'node:assert/strict'
import { test } from 'node:test'
import { correctSharedTime, elapsed, sharedNow } from '../../../src/platform/clock.ts'

test('the shared time follows readings of another clock, and does not move while it may be right', () => {
  const hour = 3_600_000
  const sent = performance.now()
  const received = sent + 10
  const there = Date.now() + hour
  const moved = correctSharedTime(there, sent, received)
  assert.ok(moved > hour / 2, String(moved))
  // The same clock, read more slowly: nothing new is known.
  assert.equal(correctSharedTime(there + 10, sent, received + 50), 0)
  // Set back by two hours.
  assert.ok(correctSharedTime(there - 2 * hour, sent, received) < -hour)
  assert.ok(Math.abs(sharedNow() - (Date.now() - hour)) < hour / 2)
})

test('no duration is negative', () => {
  assert.equal(elapsed(5, 2), 0)
  assert.equal(elapsed(2, 5), 3)
})
