import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { betsFor, gainOf, type Side } from '../../../../src/decisions/statistics/bets.ts'
import { endOfRejected } from '../../../../src/decisions/statistics/crossing.ts'
import { evidence, lateEvidence, restartWeight } from '../../../../src/decisions/statistics/evidence.ts'
import {
  differenceInterval as differenceIntervalSteps,
  meanInterval as meanIntervalSteps,
} from '../../../../src/decisions/statistics/interval.ts'
import { meanEvidence } from '../../../../src/decisions/statistics/mean-evidence.ts'
import { pairEvidence } from '../../../../src/decisions/statistics/pairs.ts'
import { LATENCY, RATE, ratioScale, scoreScale } from '../../../../src/decisions/statistics/scales.ts'
import { differenceOf } from '../../../../src/decisions/statistics/stratum.ts'
import { atOnce } from '../../../../src/platform/event-loop/in-pieces.ts'
import { Gambler } from '../../../sim-decisions/gambler.ts'
import fc from '../../../support/fast-check.ts'

const differenceInterval = (...given: Parameters<typeof differenceIntervalSteps>) =>
  atOnce(differenceIntervalSteps(...given))
const meanInterval = (...given: Parameters<typeof meanIntervalSteps>) => atOnce(meanIntervalSteps(...given))

const sides: readonly Side[] = ['above', 'below']
const share = fc.double({ min: 1e-4, max: 1 - 1e-4, noNaN: true })
const delta = fc.double({ min: -1, max: 1, noNaN: true })
const level = fc.double({ min: 0, max: 1, noNaN: true })

describe('bets', () => {
  test('on average nobody wins where the difference is the tested one', () => {
    const some = fc.tuple(share, level, level)
    fc.assert(
      fc.property(some, fc.constantFrom(...sides), ([pi, a, b], side) => {
        for (const bet of betsFor(side, pi, b - a, RATE)) {
          const mean =
            pi * b * gainOf(side, pi, b - a, bet, 1, 1) +
            pi * (1 - b) * gainOf(side, pi, b - a, bet, 1, 0) +
            (1 - pi) * a * gainOf(side, pi, b - a, bet, 0, 1) +
            (1 - pi) * (1 - a) * gainOf(side, pi, b - a, bet, 0, 0)
          assert.ok(Math.abs(mean - 1) < 1e-9, `${mean}`)
        }
      }),
    )
  })

  test('no run costs more than nine tenths, in any stratum', () => {
    fc.assert(
      fc.property(share, share, delta, level, fc.constantFrom(...sides), (first, later, tested, y, side) => {
        for (const bet of betsFor(side, first, tested, scoreScale(21))) {
          for (const label of [0, 1] as const) {
            assert.ok(gainOf(side, later, tested, bet, label, y) >= 0.1 - 1e-9)
          }
        }
      }),
    )
  })
})

describe('evidence', () => {
  const counts = fc.array(fc.nat(300), { minLength: 2, maxLength: 2 })
  const stratum = fc.record({ share, baseline: counts, candidate: counts })

  test('is nothing before any run, and infinite against what cannot be', () => {
    for (const side of sides) assert.equal(evidence(side, 0, RATE, []), 0)
    const strata = [{ share: 0.5, baseline: [1, 0], candidate: [1, 0] }]
    assert.equal(evidence('above', -2, RATE, strata), Number.POSITIVE_INFINITY)
    assert.equal(evidence('below', 2, RATE, strata), Number.POSITIVE_INFINITY)
  })

  test('does not depend on how runs were spread over shards and hours', () => {
    fc.assert(
      fc.property(share, counts, counts, counts, counts, (pi, a, b, c, d) => {
        const sum = (x: number[], y: number[]) => x.map((each, at) => each + (y[at] ?? 0))
        const whole = evidence('above', 0, RATE, [{ share: pi, baseline: sum(a, b), candidate: sum(c, d) }])
        const parts = evidence('above', 0, RATE, [
          { share: pi, baseline: a, candidate: c },
          { share: pi, baseline: b, candidate: d },
        ])
        assert.ok(Math.abs(whole - parts) < 1e-6 * (1 + Math.abs(whole)))
      }),
    )
  })

  test('is that of the simulations, run by run', () => {
    for (const scale of [RATE, ratioScale(LATENCY), scoreScale(5)]) {
      for (const side of sides) {
        const gambler = new Gambler(side, 0.01, scale, 0.3)
        const strata = [0.3, 0.6].map((pi) => ({
          share: pi,
          baseline: scale.levels.map(() => 0),
          candidate: scale.levels.map(() => 0),
        }))
        let wealth = 1
        for (const { share: pi, baseline, candidate } of strata) {
          gambler.beginStratum(pi)
          for (let run = 0; run < 200; run += 1) {
            const at = (run * 7) % scale.levels.length
            const label = run % 3 === 0 ? 1 : 0
            const counted = label ? candidate : baseline
            counted[at] = (counted[at] ?? 0) + 1
            wealth = gambler.add(label, at)
          }
        }
        assert.ok(Math.abs(evidence(side, 0.01, scale, strata) - Math.log(wealth)) < 1e-9)
      }
    }
  })

  test('of a harm that begins late is found from the hours since', () => {
    const calm = [{ share: 0.5, baseline: [9900, 100], candidate: [9900, 100] }]
    const bad = [{ share: 0.5, baseline: [198, 2], candidate: [160, 40] }]
    const periods = [calm, calm, calm, bad]
    assert.ok(evidence('above', 0, RATE, periods.flat()) < Math.log(20))
    assert.ok(lateEvidence('above', 0, RATE, periods) > Math.log(1000))
    let weights = 0
    for (let period = 1; period < 1e5; period += 1) weights += restartWeight(period)
    assert.ok(weights < 1 && weights > 0.9999)
  })

  test('of one period is that of all runs or more, less what is kept back', () => {
    fc.assert(
      fc.property(stratum, (each) => {
        const whole = evidence('above', 0, RATE, [each])
        const late = lateEvidence('above', 0, RATE, [[each]])
        const kept = 0.5 * (1 + restartWeight(1)) * Math.exp(whole) + 0.5 * (1 - restartWeight(1))
        assert.ok(Math.abs(late - Math.log(kept)) < 1e-6 || kept === Number.POSITIVE_INFINITY)
      }),
    )
  })
})

describe('intervals', () => {
  const strata = [
    { share: 0.5, baseline: [900, 100], candidate: [850, 150] },
    { share: 0.2, baseline: [1800, 200], candidate: [430, 70] },
  ]

  test('hold what was seen, and are narrower with more runs', () => {
    const [low, high] = differenceInterval(RATE, strata, 0.05)
    const seen = differenceOf(strata, RATE.levels) ?? Number.NaN
    assert.ok(low < seen && seen < high)
    const tenfold = strata.map(({ share: pi, baseline, candidate }) => ({
      share: pi,
      baseline: baseline.map((n) => 10 * n),
      candidate: candidate.map((n) => 10 * n),
    }))
    const [narrowLow, narrowHigh] = differenceInterval(RATE, tenfold, 0.05)
    assert.ok(narrowHigh - narrowLow < (high - low) / 2)
  })

  test('end where the evidence does', () => {
    const [low, high] = differenceInterval(RATE, strata, 0.05)
    assert.ok(evidence('above', low - 1e-9, RATE, strata) >= Math.log(40))
    assert.ok(evidence('above', low + 1e-9, RATE, strata) < Math.log(40) + 1e-6)
    assert.ok(evidence('below', high + 1e-9, RATE, strata) >= Math.log(40))
  })

  test('say nothing where nothing is known', () => {
    assert.deepEqual(differenceInterval(RATE, [], 0.05), [-1, 1])
    assert.deepEqual(meanInterval(RATE.levels, [0, 0], 0.05), [0, 1])
  })

  test('turn around with the two revisions', () => {
    fc.assert(
      fc.property(fc.nat(500), fc.nat(500), fc.nat(500), fc.nat(500), (a, b, c, d) => {
        const scale = { ...RATE, centres: [0.5] }
        const one = differenceInterval(scale, [{ share: 0.5, baseline: [a, b], candidate: [c, d] }], 0.05)
        const other = differenceInterval(scale, [{ share: 0.5, baseline: [c, d], candidate: [a, b] }], 0.05)
        assert.ok(Math.abs(one[0] + other[1]) < 1e-6 && Math.abs(one[1] + other[0]) < 1e-6)
      }),
      { numRuns: 20 },
    )
  })
})

test('shadow pairs: equal answers are evidence against any difference, opposite ones for it', () => {
  const differences = [-1, 0, 1]
  assert.ok(pairEvidence('below', 0.1, differences, [0, 200, 0]) > Math.log(20))
  assert.ok(pairEvidence('above', 0, differences, [2, 100, 40]) > Math.log(20))
  assert.ok(pairEvidence('above', 0, differences, [20, 100, 20]) < Math.log(20))
  assert.equal(meanEvidence('above', 0.5, RATE.levels, [0, 0]), 0)
})

test('the end of what is rejected is rejected itself, and what is next to it is not, however the evidence runs', () => {
  const shapes = fc.constantFrom(
    (distance: number) => distance,
    (distance: number) => distance ** 2,
    (distance: number) => Math.sign(distance) * Math.sqrt(Math.abs(distance)),
    (distance: number) => Math.expm1(20 * distance),
    // Steps, as where bets come and go.
    (distance: number) => Math.floor(distance * 7),
  )
  const ends = fc.constantFrom<[number, number]>([-1, 1], [1, -1], [0, 1])
  fc.assert(
    fc.property(shapes, ends, level, fc.integer({ min: 0, max: 8 }), (shape, [from, to], where, size) => {
      const crossing = from + (to - from) * where
      const evidenceAt = (value: number) => 10 ** size * shape(Math.sign(from - to) * (value - crossing))
      const threshold = Math.log(40)
      if (evidenceAt(from) < threshold || evidenceAt(to) >= threshold) return
      const found = atOnce(endOfRejected(from, to, evidenceAt, threshold))
      assert.ok(evidenceAt(found) >= threshold)
      assert.ok(evidenceAt(found + Math.sign(to - from) * 1e-9) < threshold)
    }),
  )
})
