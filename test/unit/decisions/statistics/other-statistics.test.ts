import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { logGamma } from '../../../../src/decisions/statistics/log-gamma.ts'
import {
  ALARM,
  sampleRatioEvidence,
  sampleRatioFactor,
} from '../../../../src/decisions/statistics/sample-ratio.ts'
import { LATENCY, RATE, ratioScale } from '../../../../src/decisions/statistics/scales.ts'
import {
  countEffect,
  designEffect,
  effectiveBuckets,
  stickyBets,
  studentCorrection,
} from '../../../../src/decisions/statistics/sticky.ts'
import { randomNumbers } from '../../../sim-decisions/draws.ts'
import fc from '../../../support/fast-check.ts'

test('log-gamma is that of factorials, and of one half', () => {
  let log = 0
  for (let n = 1; n < 200; n += 1) {
    assert.ok(Math.abs(logGamma(n) - log) <= 1e-11 * Math.max(1, log), `${n}`)
    log += Math.log(n)
  }
  assert.ok(Math.abs(logGamma(0.5) - Math.log(Math.PI) / 2) < 1e-12)
})

describe('sample ratio', () => {
  test('whole counts and run by run come to the same', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(2), { maxLength: 400 }), (drawn) => {
        const shares = [0.5, 0.3, 0.2]
        const counts = [0, 0, 0]
        let log = 0
        for (const [n, revision] of drawn.entries()) {
          log += Math.log(sampleRatioFactor(shares[revision] ?? 0, counts[revision] ?? 0, n))
          counts[revision] = (counts[revision] ?? 0) + 1
        }
        assert.ok(Math.abs(sampleRatioEvidence(shares, counts) - log) < 1e-8)
      }),
    )
  })

  test('counts as they should be alarm nobody, others do', () => {
    assert.ok(sampleRatioEvidence([0.5, 0.5], [5000, 5000]) < 0)
    assert.ok(sampleRatioEvidence([0.5, 0.5], [5500, 4500]) > Math.log(ALARM))
    assert.ok(sampleRatioEvidence([0.99, 0.01], [9900, 100]) < 0)
    assert.ok(sampleRatioEvidence([0.99, 0.01], [10_000, 0]) > Math.log(ALARM))
  })
})

describe('sticky traffic', () => {
  const even = Array.from({ length: 100 }, (_, at) => ({ n: 10, sum: at % 10 === 0 ? 1 : 0 }))
  const lumpy = Array.from({ length: 100 }, (_, at) => ({ n: 10, sum: at % 10 === 0 ? 10 : 0 }))

  const pooled = { levels: [0, 1], counts: [900, 100] }

  test('runs that come alike from all keys inflate nothing; keys that always fail do, by their size', () => {
    assert.equal(designEffect(even, { levels: [0, 1], counts: [990, 10] }, 0.01), 1)
    assert.ok(Math.abs(designEffect(lumpy, pooled, 0.1) - 10) < 1e-9)
  })

  test('bets are made around the mean, where the number of runs of a key does not matter', () => {
    const bets = stickyBets(RATE, lumpy, lumpy, [1800, 200], 0.05)
    assert.deepEqual(bets?.scale.centres, [0.1])
    assert.ok(bets && bets.inflation > 10 && bets.inflation < 11)
    assert.ok(stickyBets(RATE, even, even, [2000, 0], 0.05)?.scale.centres[0])
  })

  test('one busy key is not many keys', () => {
    assert.equal(effectiveBuckets(even), 100)
    assert.ok(effectiveBuckets([...even, { n: 100_000, sum: 0 }]) < 1.1)
    assert.equal(stickyBets(RATE, even, [{ n: 1000, sum: 3 }], [1980, 20], 0.05), null)
    assert.equal(stickyBets(RATE, even, [], [990, 10], 0.05), null)
  })

  test('runs of a key count as often as it sends them, however many keys share a bucket', () => {
    const random = randomNumbers(18)
    const bucketsOf = (keys: number, runs: number) => {
      const buckets = new Array<number>(256).fill(0)
      for (let key = 0; key < keys; key += 1) {
        const at = Math.floor(random() * 256)
        buckets[at] = (buckets[at] ?? 0) + runs
      }
      return buckets
    }
    for (const [keys, runs] of [
      [3, 1000],
      [300, 20],
      [3000, 7],
      [100_000, 1],
    ] as const) {
      const found = countEffect(bucketsOf(keys, runs), 0)
      assert.ok(found > 0.7 * runs && found < 1.4 * runs, `${keys} keys: ${found}`)
    }
    assert.equal(countEffect([], 1000), 1)
    assert.equal(countEffect([], 0), 1)
    // Half of the runs have no key.
    const half = countEffect(bucketsOf(3000, 10), 30_000)
    assert.ok(half > 4.5 && half < 6.5, `${half}`)
  })

  test('few buckets need more evidence, many need no more', () => {
    assert.ok(studentCorrection(20, 0.05) > 1.2)
    assert.ok(studentCorrection(256, 0.05) < 1.04)
  })
})

test('a scale looks at what was typical before, once that is known', () => {
  const past = Array.from({ length: 21 }, (_, bucket) => (bucket === 4 ? 100 : 0))
  assert.equal(ratioScale(LATENCY, past).levels[4], 0.5)
  assert.equal(ratioScale(LATENCY, past).levels[5], 0.6)
  assert.equal(ratioScale(LATENCY, past).levels[20], 1)
  assert.equal(ratioScale(LATENCY, past.slice(1)).octaves, 10)
  const few = past.map((count) => Math.max(0, count - 1))
  assert.equal(ratioScale(LATENCY, few).octaves, 20)
})
