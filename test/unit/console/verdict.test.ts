import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Rollout } from '../../../client/src/index.ts'
import { changeText } from '../../../console/src/pages/history/change-text.ts'
import { rolloutOf, usualRollout } from '../../../console/src/pages/rollout/rollout-draft.ts'
import { evidenceShare, reasonText, waitText } from '../../../console/src/pages/rollout/rollout-words.ts'
import { drawInterval, WIDTH } from '../../../console/src/pages/verdict/draw-interval.ts'
import type { RolloutWhy } from '../../../src/decisions/rollouts/decide-rollout.ts'
import { rolloutBody } from '../../../src/decisions/rollouts/rollout-input.ts'
import { TRAFFIC_REASONS } from '../../../src/tasks/split/split.ts'

const draw = (interval: [number, number], unit: 'points' | 'ratio' = 'points') =>
  drawInterval({
    difference: (interval[0] + interval[1]) / 2,
    difference_interval: interval,
    tolerance: unit === 'points' ? 0.01 : 1.1,
    unit,
  })

test('an interval lies on the side of the middle on which the numbers are, within the drawing', () => {
  const cases = [
    [draw([0.003, 0.022]), 1],
    [draw([-0.4, -0.2]), -1],
    [draw([1.2, 1.5], 'ratio'), 1],
    [draw([0.5, 0.9], 'ratio'), -1],
    [draw([-1, 1]), 0],
    [draw([0, 1e9], 'ratio'), 0],
  ] as const
  for (const [{ low, high, middle, point, band }, side] of cases) {
    assert.ok(0 <= low && low < high && high <= WIDTH, `${low} ${high}`)
    assert.equal(
      side === 1 ? low > middle : side === -1 ? high < middle : low < middle && high > middle,
      true,
    )
    assert.ok(point !== null && low <= point && point <= high)
    assert.equal(Math.round(band[0] + band[1]), WIDTH)
  }
})

test('what does not matter is as wide to the left as to the right, and no interval hides it', () => {
  const { band, middle } = draw([-0.001, 0.001])
  assert.ok(band[1] - middle > 10 && band[1] - middle < WIDTH / 2)
})

const TASK = {
  revisions: [
    { id: 'newest', test: false },
    { id: 'tried', test: true },
    { id: 'old', test: false },
  ],
  active_revisions: [{ task_revision_id: 'old', weight: 1 }],
  scores: {
    helpful: { type: 'boolean', good: true },
    stars: { type: 'number', min: 1, max: 5, good: 'high' },
    errors: { type: 'number', min: 0, max: 9, good: 'low' },
  },
} as unknown as Parameters<typeof usualRollout>[0]

test('a rollout begins with what the server has by itself, from the most traffic to the newest revision', () => {
  const draft = usualRollout(TASK)
  assert.ok(draft)
  assert.deepEqual([draft.from, draft.to], ['old', 'newest'])
  const ids = { from: '019a5f0e-6a21-7d66-8a1f-6c1e2b3d4f5a', to: '019a5f0e-6b44-7e77-9b2a-7d2f3c4e5a6b' }
  assert.deepEqual(rolloutBody.parse({ ...rolloutOf(draft, TASK), ...ids }), rolloutBody.parse(ids))
  assert.equal(usualRollout({ ...TASK, active_revisions: [] }), null)
})

test('feedback that is not split says so, and keys of which guard are waited for', () => {
  const metric = 'score:helpful'
  assert.equal(
    reasonText({ why: 'sample_ratio', metric }),
    'because feedback did not come of the revisions as the weights say',
  )
  assert.equal(
    reasonText({ why: 'sample_ratio', metric: null }),
    'because the runs were not split as the weights say',
  )
  const next = { action: 'hold', why: 'too_few_keys', metric } as const
  assert.match(waitText({ next } as unknown as Rollout), /^It waits for more keys: .* of “Score helpful”\.$/)
})

test('bounds of guards are of the kind that their metric has, and what is no number is named', () => {
  const draft = usualRollout(TASK)
  assert.ok(draft)
  const bounds = { failed: '2', tokens: '1.3', 'score:helpful': '7', 'score:stars': '3', 'score:errors': '3' }
  const guards = Object.entries(bounds).map(([metric, bound]) => ({ metric, bound }))
  assert.deepEqual(rolloutOf({ ...draft, guards }, TASK).guards, [
    { metric: 'failed', max_increase: 0.02 },
    { metric: 'tokens', max_ratio: 1.3 },
    { metric: 'score:helpful', max_decrease: 0.07 },
    { metric: 'score:stars', max_decrease: 0.03 },
    { metric: 'score:errors', max_increase: 0.03 },
  ])
  assert.deepEqual(rolloutOf({ ...draft, shares: '1,7, 100' }, TASK).shares, [0.01, 0.07, 1])
  for (const wrong of [{ shares: '1, x' }, { minutes: '' }, { hours: 'many' }])
    assert.throws(() => rolloutOf({ ...draft, ...wrong }, TASK), /is no number|nothing is typed/)
})

test('whatever a rollout waits for, and whatever changed weights, is said in words', () => {
  const whys: readonly RolloutWhy[] = [
    ...(['harm', 'sample_ratio', 'max_duration', 'hold', 'min_runs', 'too_few_keys'] as const),
    ...(['evidence', 'safe', 'guard_lost', 'too_many_totals'] as const),
  ]
  for (const why of whys) {
    for (const action of ['advance', 'complete', 'rollback', 'pause', 'hold'] as const) {
      const next = { action, why, metric: 'failed' }
      const began = { began: '2026-01-15T09:30:00.000Z', step_began: '2026-01-15T09:30:00.000Z' }
      const rollout = { next, shares: [0.1, 1], step: 0, hold: 60, runs: 3, min_runs: 20, ...began }
      const text = waitText(rollout as unknown as Rollout)
      assert.match(text, /^(It|The|“).*\.$/)
      assert.doesNotMatch(text.replace('split_key', ''), /undefined|NaN|_/)
    }
  }
  for (const reason of TRAFFIC_REASONS) {
    for (const action of ['start', 'advance', 'complete', 'rollback']) {
      const text = changeText({ reason, evidence: { action, why: 'harm', metric: 'failed', seq: 3 } })
      assert.doesNotMatch(text, /undefined|_/)
    }
  }
})

test('evidence is drawn by its logarithm: none is none, and what it takes is all', () => {
  assert.deepEqual(
    [0, 0.5, 1, 20, 1e300].map((each) => evidenceShare(each, 20)),
    [0, 0, 0, 1, 1],
  )
  assert.ok(Math.abs(evidenceShare(Math.sqrt(20), 20) - 0.5) < 1e-9)
})
