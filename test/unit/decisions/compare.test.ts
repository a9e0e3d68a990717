import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  type ComparisonQuery,
  compare as compareSteps,
  type KnownSplit,
} from '../../../src/decisions/compare.ts'
import { METRICS } from '../../../src/decisions/compare-revisions.ts'
import { atOnce } from '../../../src/platform/event-loop/in-pieces.ts'
import { addScores, addToComparison, type ComparedRun } from '../../../src/totals/comparison-sums.ts'
import { FieldSums } from '../../../src/totals/rollup.ts'
import type { HourTotals } from '../../../src/totals/rollup-store.ts'
import { randomNumbers } from '../../sim-decisions/draws.ts'

const compare = (...given: Parameters<typeof compareSteps>) => atOnce(compareSteps(...given))

const HOUR = 3_600_000
const GOOD: ComparedRun = { failed: 0, invalid: 0, cancelled: 0, latency: 9, cost: 40, tokens: 20 }
const query: ComparisonQuery = {
  baseline: 'a',
  candidates: ['b'],
  metrics: METRICS,
  primary: 'failed',
  alpha: 0.05,
  since: 0,
}
const even: KnownSplit = {
  seq: 1,
  shares: new Map([
    ['a', 0.5],
    ['b', 0.5],
  ]),
}

/** So many runs of each kind of a revision, in one hour and under one split. */
function hour(
  revision: string,
  split: number,
  at: number,
  runs: readonly [count: number, run: Partial<ComparedRun>, key?: number][],
): HourTotals {
  const sums = new FieldSums()
  for (const [count, run, key] of runs) {
    for (let n = 0; n < count; n += 1) addToComparison(sums, { ...GOOD, ...run }, key ?? null)
  }
  return { revision, split, hour: at * HOUR, totals: new Map(sums.all()) }
}

const metricOf = (found: ReturnType<typeof compare>, name: string) =>
  found.revisions[0]?.metrics.find(({ metric }) => metric.name === name) ?? assert.fail(name)

describe('a comparison', () => {
  test('of what fails more, is slower and costs the same says so', () => {
    const found = compare(
      query,
      [even],
      [
        hour('a', 1, 1, [
          [1980, {}],
          [20, { failed: 1, invalid: 1 }],
        ]),
        hour('b', 1, 1, [
          [1800, { latency: 10 }],
          [200, { failed: 1, invalid: 1, latency: 10 }],
        ]),
      ],
    )
    assert.deepEqual([found.sampleRatio.alarm, found.sticky, found.revisions[0]?.runs], [false, false, 2000])
    const verdicts = METRICS.map(({ name }) => [name, metricOf(found, name).verdict])
    assert.deepEqual(Object.fromEntries(verdicts), {
      failed: 'worse',
      invalid: 'worse',
      cancelled: 'no_difference',
      latency: 'worse',
      cost: 'no_difference',
      tokens: 'no_difference',
    })
    assert.ok(Math.abs((metricOf(found, 'latency').difference ?? 0) - 2) < 0.01)
    assert.ok(Math.abs((metricOf(found, 'failed').difference ?? 0) - 0.09) < 1e-9)
    // The bucket that ends at 1.28 s.
    assert.ok(Math.abs((metricOf(found, 'latency').estimate ?? 0) - 1.28 / Math.SQRT2) < 0.02)
  })

  test('does not pool what was drawn by different weights: drift alone is no difference', () => {
    const splits: KnownSplit[] = [
      {
        seq: 1,
        shares: new Map([
          ['a', 0.9],
          ['b', 0.1],
        ]),
      },
      {
        seq: 2,
        shares: new Map([
          ['a', 0.1],
          ['b', 0.9],
        ]),
      },
    ]
    const part = (n: number, failed: number): [number, Partial<ComparedRun>][] => [
      [n - failed, {}],
      [failed, { failed: 1 }],
    ]
    const found = compare(query, splits, [
      hour('a', 1, 1, part(9000, 90)),
      hour('b', 1, 1, part(1000, 10)),
      hour('a', 2, 2, part(1000, 300)),
      hour('b', 2, 2, part(9000, 2700)),
    ])
    const { difference, verdict } = metricOf(found, 'failed')
    assert.ok(Math.abs(difference ?? 1) < 1e-9)
    assert.notEqual(verdict, 'worse')
  })

  test('decides nothing when the runs were not drawn as the weights say', () => {
    const found = compare(
      query,
      [even],
      [hour('a', 1, 1, [[3000, {}]]), hour('b', 1, 1, [[2000, { failed: 1 }]])],
    )
    assert.equal(found.sampleRatio.alarm, true)
    assert.ok(
      found.revisions[0]?.metrics.every(
        ({ verdict, why }) => verdict === 'undecided' && why === 'sample_ratio',
      ),
    )
  })

  test('leaves out and counts what was not drawn, and what no known weights explain', () => {
    const excluded: HourTotals = {
      revision: null,
      split: 0,
      hour: HOUR,
      totals: new Map([
        ['pinned', 3],
        ['fallback_asked', 2],
        ['repeated', 5],
      ]),
    }
    const found = compare(query, [even], [excluded, hour('b', 7, 1, [[500, { failed: 1 }]])])
    assert.deepEqual(found.excluded, { pinned: 3, fallbackAsked: 2, repeated: 5 })
    assert.equal(found.revisions[0]?.runs, 0)
    assert.deepEqual(metricOf(found, 'failed').differenceInterval, [-1, 1])
  })

  test('looks at the time before only for what was typical', () => {
    const before = hour('a', 1, 0, [[5000, { failed: 1 }]])
    const later = [hour('a', 1, 2, [[1000, {}]]), hour('b', 1, 2, [[1000, {}]])]
    const found = compare({ ...query, since: 2 * HOUR }, [even], [before, ...later])
    assert.equal(metricOf(found, 'failed').difference, 0)
    const width = ([low, high]: readonly [number, number]) => Math.log(high / low)
    const without = compare(query, [even], later)
    assert.ok(
      width(metricOf(found, 'latency').differenceInterval) <
        width(metricOf(without, 'latency').differenceInterval),
    )
  })

  test('of scores counts runs that have them, and doubts them when one side is asked more often', () => {
    const score = (revision: string, n: number, good: number, feedback = n): HourTotals => {
      const sums = new FieldSums()
      for (let run = 0; run < n; run += 1) addToComparison(sums, GOOD, null)
      for (let run = 0; run < feedback; run += 1)
        addScores(sums, [['helpful', run < good ? 1 : 0, 0]], null, true)
      return { revision, split: 1, hour: HOUR, totals: new Map(sums.all()) }
    }
    const helpful = { name: 'score:helpful', good: 'high', tolerance: 0.01, levels: 2 } as const
    const asked = { ...query, metrics: [helpful], primary: helpful.name }
    const found = compare(asked, [even], [score('a', 2000, 800, 1000), score('b', 2000, 600, 1000)])
    assert.deepEqual(
      [metricOf(found, helpful.name).verdict, metricOf(found, helpful.name).n],
      ['worse', 1000],
    )
    const skewed = compare(asked, [even], [score('a', 2000, 800, 1600), score('b', 2000, 600, 800)])
    assert.deepEqual([skewed.sampleRatio.alarm, skewed.sampleRatio.feedbackAlarm], [false, true])
    assert.equal(metricOf(skewed, helpful.name).why, 'sample_ratio')
  })

  test('by keys: many that differ alike decide, one that is busy does not, and too few never', () => {
    const keys = (count: number, n: number, failed: number): [number, Partial<ComparedRun>, number][] =>
      Array.from({ length: count }, (_, key) => [
        [n - failed, {}, key] as [number, Partial<ComparedRun>, number],
        [failed, { failed: 1 }, key] as [number, Partial<ComparedRun>, number],
      ]).flat()
    const many = compare(
      query,
      [even],
      [hour('a', 1, 1, keys(200, 20, 1)), hour('b', 1, 1, keys(200, 20, 6))],
    )
    assert.deepEqual([many.sticky, metricOf(many, 'failed').verdict], [true, 'worse'])
    assert.equal(metricOf(many, 'failed').method, 'betting_by_key')
    const busy = compare(
      query,
      [even],
      [
        hour('a', 1, 1, [...keys(200, 20, 1), [300, {}, 200]]),
        hour('b', 1, 1, [...keys(200, 20, 1), [300, { failed: 1 }, 200]]),
      ],
    )
    assert.equal(metricOf(busy, 'failed').verdict, 'undecided')
    const few = compare(
      query,
      [even],
      [hour('a', 1, 1, keys(200, 20, 1)), hour('b', 1, 1, keys(9, 400, 300))],
    )
    assert.equal(metricOf(few, 'failed').why, 'too_few_keys')
  })

  test('by keys: runs that are missing alarm, of many keys; busy keys that fall to one side do not', () => {
    const spread = (runs: number, keys: number, first: number): [number, Partial<ComparedRun>, number][] =>
      Array.from({ length: keys }, (_, key) => [runs, {}, (first + key) % 256])
    const alarm = (...hours: HourTotals[]) => compare(query, [even], hours).sampleRatio.alarm
    // 5,120 keys of one run each, 45 of 100 of them with the candidate.
    assert.ok(alarm(hour('a', 1, 1, spread(11, 256, 0)), hour('b', 1, 1, spread(9, 256, 0))))
    assert.equal(alarm(hour('a', 1, 1, spread(10, 256, 0)), hour('b', 1, 1, spread(10, 256, 0))), false)
    // Sixty keys of fifty runs each, 35 of them with the baseline.
    assert.equal(alarm(hour('a', 1, 1, spread(50, 35, 0)), hour('b', 1, 1, spread(50, 25, 35))), false)
  })

  test('by keys: feedback that comes of one revision more often is noticed, by how many keys give it', () => {
    const scored = (revision: string, runs: number, feedback: number, busy = 0): HourTotals => {
      const sums = new FieldSums()
      for (let key = 0; key < 256; key += 1) {
        for (let run = 0; run < runs; run += 1) addToComparison(sums, GOOD, key)
        const given = busy > 0 && key % 16 !== 0 ? 0 : Math.max(feedback, busy)
        for (let run = 0; run < given; run += 1) addScores(sums, [['helpful', 1, 0]], key, true)
      }
      return { revision, split: 1, hour: HOUR, totals: new Map(sums.all()) }
    }
    const alarm = (...hours: HourTotals[]) => compare(query, [even], hours).sampleRatio
    const skewed = alarm(scored('a', 10, 5), scored('b', 10, 8))
    assert.deepEqual([skewed.alarm, skewed.feedbackAlarm], [false, true])
    assert.equal(alarm(scored('a', 10, 5), scored('b', 10, 5)).feedbackAlarm, false)
    assert.equal(alarm(scored('a', 40, 0, 20), scored('b', 40, 0, 30)).feedbackAlarm, false)
  })

  test('of scores is not one of how often feedback is given', () => {
    const helpful = { name: 'score:helpful', good: 'high', tolerance: 0.01, levels: 2 } as const
    const asked = { ...query, metrics: [helpful], primary: helpful.name }
    const random = randomNumbers(18)
    let [told, found] = [0, 0]
    const isDecided = (worse: number): boolean => {
      const totals = [new FieldSums(), new FieldSums()]
      for (let run = 1; run <= 2500; run += 1) {
        const label = random() < 0.5 ? 1 : 0
        const sums = totals[label] ?? assert.fail()
        addToComparison(sums, GOOD, null)
        if (random() > (label ? 0.3 : 0.2)) continue
        addScores(sums, [['helpful', random() < 0.9 - label * worse ? 1 : 0, 0]], null, true)
        if (run % 100 !== 0 && run > 50) continue
        const hours = totals.map((each, at) => {
          return { revision: at ? 'b' : 'a', split: 1, hour: HOUR, totals: new Map(each.all()) }
        })
        const { verdict } = metricOf(compare(asked, [even], hours), helpful.name)
        if (verdict === 'better' || verdict === 'worse') return true
      }
      return false
    }
    for (let each = 0; each < 30; each += 1) {
      if (isDecided(0)) told += 1
      if (isDecided(0.3)) found += 1
    }
    assert.ok(told <= 3, `${told} of 30 told apart`)
    assert.ok(found >= 25, `${found} of 30 found`)
  })
})
