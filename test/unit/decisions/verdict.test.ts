import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { sentenceOf } from '../../../src/decisions/sentence.ts'
import { LATENCY, RATE, ratioScale } from '../../../src/decisions/statistics/scales.ts'
import {
  alphaFor,
  compareMetric as compareMetricSteps,
  type Doubts,
  type Metric,
  verdictOf,
} from '../../../src/decisions/verdict.ts'
import { atOnce } from '../../../src/platform/event-loop/in-pieces.ts'

const compareMetric = (...given: Parameters<typeof compareMetricSteps>) =>
  atOnce(compareMetricSteps(...given))

const failed: Metric = { name: 'failed', good: 'low', tolerance: 0.01 }
const helpful: Metric = { name: 'score:helpful', good: 'high', tolerance: 0.01 }
const none: Doubts = { ratioAlarm: false, inflation: 1, sticky: false }
const worse = [{ share: 0.5, baseline: [4950, 50], candidate: [4750, 250] }]

describe('a verdict', () => {
  test('follows the interval, and which way is better', () => {
    assert.equal(verdictOf(failed, RATE, [0.001, 0.1]), 'worse')
    assert.equal(verdictOf(failed, RATE, [-0.1, -0.001]), 'better')
    assert.equal(verdictOf(helpful, RATE, [0.001, 0.1]), 'better')
    assert.equal(verdictOf(helpful, RATE, [-0.1, -0.001]), 'worse')
    assert.equal(verdictOf(failed, RATE, [-0.01, 0.01]), 'no_difference')
    assert.equal(verdictOf(failed, RATE, [-0.01, 0.0101]), 'undecided')
  })

  test('is none where the runs cannot be trusted, whatever they say', () => {
    assert.equal(compareMetric(failed, RATE, worse, 0.05, none).verdict, 'worse')
    const alarmed = compareMetric(failed, RATE, worse, 0.05, { ...none, ratioAlarm: true })
    assert.deepEqual([alarmed.verdict, alarmed.why], ['undecided', 'sample_ratio'])
    const few = compareMetric(failed, RATE, worse, 0.05, { ...none, inflation: null, sticky: true })
    assert.deepEqual([few.verdict, few.why, few.method], ['undecided', 'too_few_keys', 'betting_by_key'])
    const early = compareMetric(
      failed,
      RATE,
      [{ share: 0.5, baseline: [5, 0], candidate: [4, 1] }],
      0.05,
      none,
    )
    assert.deepEqual([early.verdict, early.why], ['undecided', 'runs'])
  })

  test('of a ratio is one, and its tolerance too', () => {
    const scale = ratioScale(LATENCY)
    const at = (bucket: number) => scale.levels.map((_, level) => (level === bucket ? 2000 : 0))
    const latency: Metric = { name: 'latency', good: 'low', tolerance: 1.25 }
    const slower = compareMetric(
      latency,
      scale,
      [{ share: 0.5, baseline: at(10), candidate: at(11) }],
      0.05,
      none,
    )
    assert.ok(Math.abs((slower.difference ?? 0) - 2) < 1e-9)
    assert.equal(slower.verdict, 'worse')
    const same = compareMetric(
      latency,
      scale,
      [{ share: 0.5, baseline: at(10), candidate: at(10) }],
      0.05,
      none,
    )
    assert.equal(same.verdict, 'no_difference')
  })

  test('evidence is a number, however much there is', () => {
    const much = [{ share: 0.5, baseline: [1e9, 0], candidate: [0, 1e9] }]
    const compared = compareMetric(failed, RATE, much, 0.05, none)
    assert.ok(Number.isFinite(compared.evidence))
    assert.equal(compared.verdict, 'worse')
  })

  test('all errors of a comparison together are alpha', () => {
    for (const metrics of [1, 2, 7]) {
      for (const candidates of [1, 4]) {
        const others = (metrics - 1) * alphaFor(0.05, false, metrics, candidates)
        const all = candidates * (alphaFor(0.05, true, metrics, candidates) + (metrics > 1 ? others : 0))
        assert.ok(Math.abs(all - 0.05) < 1e-12)
      }
    }
  })
})

test('sentences', () => {
  const compared = compareMetric(failed, RATE, worse, 0.05, none)
  assert.match(sentenceOf('B', compared, false), /^B fails more often: \+4\.0 points \(\d\.\d to \d\.\d\)\.$/)
  const empty = compareMetric(failed, RATE, [], 0.05, none)
  assert.equal(sentenceOf('B', empty, false), 'Undecided: no runs of B to compare yet.')
  const alarmed = compareMetric(failed, RATE, worse, 0.05, { ...none, ratioAlarm: true })
  assert.match(sentenceOf('B', alarmed, false), /^Undecided: the runs were not split as the weights say/)
})
