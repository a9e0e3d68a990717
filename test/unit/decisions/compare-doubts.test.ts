import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { addScores, addToComparison, type ComparedRun } from '../../../src/totals/comparison-sums.ts'
import { FieldSums } from '../../../src/totals/rollup.ts'
import type { HourTotals } from '../../../src/totals/rollup-store.ts'
import { randomNumbers } from '../../sim-decisions/draws.ts'
import { compare, even, GOOD, HOUR, hour, metricOf, query } from '../../support/comparisons.ts'

describe('a comparison of what is not drawn run by run', () => {
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
