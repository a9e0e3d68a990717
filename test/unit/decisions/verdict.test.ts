import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { sentenceOf } from '../../../src/decisions/sentence.ts'
import { LATENCY, RATE, ratioScale } from '../../../src/decisions/statistics/scales.ts'
import {
  alphaFor,
  compareMetric as compareMetricSteps,
  type Doubts,
  type Metric,
  type Verdict,
  verdictOf,
} from '../../../src/decisions/verdict.ts'
import { atOnce } from '../../../src/platform/event-loop/in-pieces.ts'

const compareMetric = (...given: Parameters<typeof compareMetricSteps>) =>
  atOnce(compareMetricSteps(...given))

const failed: Metric = { name: 'failed', good: 'low', tolerance: 0.01 }
const helpful: Metric = { name: 'score:helpful', good: 'high', tolerance: 0.01 }
const latency: Metric = { name: 'latency', good: 'low', tolerance: 1.25 }
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
  assert.match(
    sentenceOf('B', compared, false, true),
    /^B fails more often: \+4\.0 points \(\d\.\d to \d\.\d\)\.$/,
  )
  const empty = compareMetric(failed, RATE, [], 0.05, none)
  assert.equal(
    sentenceOf('B', empty, false, true),
    'Undecided: there are no runs of both A and B to compare yet.',
  )
  const alarmed = { ...none, ratioAlarm: true }
  const ofAll = compareMetric(failed, RATE, worse, 0.05, alarmed)
  assert.match(sentenceOf('B', ofAll, false, false), /^Undecided: the runs were not split as the weights say/)
  const rude: Metric = { name: 'score:rude', good: 'high', tolerance: 0.01, levels: 2 }
  const stars: Metric = { name: 'score:stars', good: 'low', tolerance: 0.01, levels: 21 }
  const ofFeedback = sentenceOf('B', compareMetric(rude, RATE, worse, 0.05, alarmed), false, true)
  assert.match(ofFeedback, /^Undecided: feedback .* so score:rude cannot be trusted\.$/)
  const cases: [metric: Metric, verdict: Verdict, difference: number, said: string][] = [
    [failed, 'better', -0.04, 'B fails less often: -'],
    [failed, 'undecided', 0.04, 'Undecided whether B fails more or less often: +'],
    [failed, 'no_difference', 0.04, 'B fails about as often as A: +'],
    // What is good of a score that is yes or no may be the no: it is not said to be higher.
    [rude, 'better', 0.04, 'B scores better in score:rude: +'],
    [rude, 'worse', -0.04, 'B scores worse in score:rude: -'],
    [rude, 'undecided', 0, 'Undecided whether B scores better or worse in score:rude: '],
    [stars, 'worse', 0.04, 'B scores higher in score:stars: +'],
    [stars, 'better', -0.04, 'B scores lower in score:stars: -'],
    [latency, 'worse', 1.5, 'B is slower: '],
    [latency, 'better', 0.5, 'B is faster: '],
    [latency, 'no_difference', 1, 'B takes about as long as A: '],
    [{ ...latency, name: 'tokens' }, 'better', 0.5, 'B uses fewer tokens: '],
  ]
  for (const [metric, verdict, difference, said] of cases) {
    const differenceInterval = [difference * 0.9, difference * 1.1] as const
    const found = { ...compared, metric, verdict, difference, differenceInterval, why: null }
    const text = sentenceOf('B', found, metric.tolerance > 1, true)
    assert.ok(text.startsWith(said), text)
  }
})

test('sentences show the digits that a verdict is made of', () => {
  const compared = compareMetric(failed, RATE, worse, 0.05, none)
  const small = { ...compared, difference: 0.0004, differenceInterval: [0.0001, 0.0007] as const }
  assert.equal(sentenceOf('B', small, false, true), 'B fails more often: +0.04 points (0.01 to 0.07).')
  const fast = {
    ...{ ...compared, metric: latency, verdict: 'better' as const },
    ...{ difference: 0.997, differenceInterval: [0.995, 0.999] as const },
  }
  assert.equal(sentenceOf('B', fast, true, true), 'B is faster: 0.997 times (0.995 to 0.999).')
})

test('where both sides reject each other, nothing is decided, and the interval has both', () => {
  // So many runs of each have another share than was drawn by.
  const strata = [{ share: 0.2, baseline: [1000, 1000], candidate: [0, 100] }]
  const { differenceInterval, verdict } = compareMetric(failed, RATE, strata, 0.05, none)
  assert.ok(differenceInterval[0] <= differenceInterval[1], differenceInterval.join(' '))
  assert.equal(verdict, 'undecided')
})
