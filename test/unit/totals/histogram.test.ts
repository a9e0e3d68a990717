import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bucketOf, CALL_SECONDS, quantile, SECONDS, TOKENS } from '../../../src/totals/histogram.ts'
import fc from '../../support/fast-check.ts'

/** Counts of values by bucket. */
function countsOf(bounds: readonly number[], values: readonly number[]): number[] {
  const counts = [...bounds, null].map(() => 0)
  for (const value of values) counts[bucketOf(bounds, value)] = (counts[bucketOf(bounds, value)] ?? 0) + 1
  return counts
}

test('a value lies in the first bucket whose bound it does not exceed', () => {
  assert.deepEqual(
    [0, 1, 1.01, 2, 3].map((value) => bucketOf([1, 2], value)),
    [0, 0, 1, 1, 2],
  )
})

test('the bounds are the ones of the OpenTelemetry GenAI convention', () => {
  assert.deepEqual([CALL_SECONDS.length, CALL_SECONDS[0], CALL_SECONDS.at(-1)], [14, 0.01, 81.92])
  assert.ok(CALL_SECONDS.every((bound, index) => bound === Math.round(2 ** index) / 100))
  assert.ok(TOKENS.every((bound, index) => bound === 4 ** index))
  assert.deepEqual(
    [...SECONDS].sort((a, b) => a - b),
    [...SECONDS],
  )
})

test('quantiles are reckoned as histogram_quantile does', () => {
  // 10 in (0, 1], 10 in (1, 2], 20 in (2, 4], 2 above.
  const counts = [10, 10, 20, 2]
  const at = (q: number) => quantile([1, 2, 4], counts, q)
  assert.equal(at(0), 0)
  assert.equal(at(10 / 42), 1)
  assert.equal(at(15 / 42), 1.5)
  assert.equal(at(0.5), 2 + 2 * (1 / 20))
  assert.equal(at(1), 4)
  assert.equal(quantile([1, 2], [0, 0, 0], 0.5), null)
  assert.equal(quantile([1, 2], [0, 0, 3], 0.5), 2)
})

test('a quantile lies in the bucket of the value that it estimates', () => {
  const values = fc.array(fc.double({ min: 0, max: 1000, noNaN: true }), { minLength: 1, maxLength: 200 })
  fc.assert(
    fc.property(values, fc.double({ min: 0.001, max: 1, noNaN: true }), (all, q) => {
      const exact = all.toSorted((a, b) => a - b)[Math.max(0, Math.ceil(q * all.length) - 1)] ?? 0
      const estimate = quantile(SECONDS, countsOf(SECONDS, all), q) ?? Number.NaN
      const bucket = Math.min(bucketOf(SECONDS, exact), SECONDS.length - 1)
      assert.ok(estimate >= (SECONDS[bucket - 1] ?? 0) && estimate <= (SECONDS[bucket] ?? 0))
    }),
  )
})
