import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { KnownSplit } from '../../../src/decisions/compare.ts'
import { METRICS } from '../../../src/decisions/compare-revisions.ts'
import { addScores, addToComparison, type ComparedRun } from '../../../src/totals/comparison-sums.ts'
import { FieldSums } from '../../../src/totals/rollup.ts'
import type { HourTotals } from '../../../src/totals/rollup-store.ts'
import { compare, even, GOOD, HOUR, hour, metricOf, query } from '../../support/comparisons.ts'

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
})
