import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  decideRollout,
  type RolloutEvidence,
  type RolloutPlan,
  type RolloutState,
} from '../../../../src/decisions/rollouts/decide-rollout.ts'
import { type Guard, guardEvidence } from '../../../../src/decisions/rollouts/guard.ts'
import { RATE } from '../../../../src/decisions/statistics/scales.ts'

const plan: RolloutPlan = {
  shares: [0.01, 0.5, 1],
  hold: 600,
  minRuns: 20,
  onHarm: 'rollback',
  onStall: 'pause',
  maxDuration: 86_400,
  alpha: 0.05,
}
const state: RolloutState = { status: 'running', step: 0, goingSince: 0, stepBegan: 0 }
const guard: Guard = { metric: 'failed', good: 'low', tolerance: 0.02 }
const safe = { guard, harm: 0, safe: 10 }
const seen: RolloutEvidence = {
  now: 600_000,
  runs: 20,
  guards: [safe],
  ratioAlarm: false,
  feedbackAlarm: null,
  tooFewKeys: null,
  lostGuard: null,
}

describe('a rollout', () => {
  const cases: [string, Partial<RolloutState>, Partial<RolloutEvidence>, string, string][] = [
    ['goes on when every guard is safe', {}, {}, 'advance', 'safe'],
    ['completes before its last share', { step: 1 }, {}, 'complete', 'safe'],
    ['holds a step for its time', {}, { now: 599_999 }, 'hold', 'hold'],
    ['waits for its runs', {}, { runs: 19 }, 'hold', 'min_runs'],
    ['waits for evidence', {}, { guards: [safe, { ...safe, safe: 2.9 }] }, 'hold', 'evidence'],
    [
      'takes no number that is none for evidence',
      {},
      { guards: [{ ...safe, safe: Number.NaN }] },
      'hold',
      'evidence',
    ],
    ['waits for keys', {}, { tooFewKeys: 'failed' }, 'hold', 'too_few_keys'],
    [
      'goes back on harm that enough keys show, where another guard has too few',
      {},
      { tooFewKeys: 'score:x', guards: [safe, { ...safe, harm: 9 }] },
      'rollback',
      'harm',
    ],
    [
      'pauses when feedback that it is guarded by is not split as runs are',
      {},
      { feedbackAlarm: 'score:x' },
      'pause',
      'sample_ratio',
    ],
    ['waits where a guard cannot look any more', {}, { lostGuard: 'score:x' }, 'hold', 'guard_lost'],
    ['waits where no guard is left', {}, { guards: [], lostGuard: 'score:x' }, 'hold', 'guard_lost'],
    [
      'goes back on harm, whatever else holds it',
      {},
      { now: 1, runs: 2, guards: [{ ...safe, harm: 3 }] },
      'rollback',
      'harm',
    ],
    [
      'needs more for harm the more guards there are',
      {},
      { guards: [safe, { ...safe, harm: 3.6 }] },
      'advance',
      'safe',
    ],
    ['pauses when runs are not split as they should', {}, { ratioAlarm: true }, 'pause', 'sample_ratio'],
    ['pauses when it takes too long', {}, { now: 86_400_000, runs: 0 }, 'pause', 'max_duration'],
    [
      'does nothing while it is paused',
      { status: 'paused' },
      { guards: [{ ...safe, harm: 99 }] },
      'none',
      'not_running',
    ],
    ['does nothing once it is over', { status: 'completed' }, {}, 'none', 'not_running'],
  ]
  for (const [name, at, evidence, action, why] of cases) {
    test(name, () => {
      const decided = decideRollout(plan, { ...state, ...at }, { ...seen, ...evidence })
      assert.deepEqual([decided.action, decided.why], [action, why])
    })
  }

  test('does what the plan says on harm and stall', () => {
    const harmed = { ...seen, guards: [{ ...safe, harm: 9 }] }
    assert.equal(decideRollout({ ...plan, onHarm: 'pause' }, state, harmed).action, 'pause')
    assert.equal(
      decideRollout({ ...plan, onStall: 'rollback' }, state, { ...seen, ratioAlarm: true }).action,
      'rollback',
    )
    const late = { ...seen, now: 1e12, guards: [{ ...safe, safe: 0 }] }
    assert.equal(decideRollout({ ...plan, maxDuration: null }, state, late).action, 'hold')
  })
})

describe('a guard', () => {
  const periods = (failed: number) => [
    [{ share: 0.5, baseline: [990, 10], candidate: [1000 - failed, failed] }],
  ]

  test('sees harm beyond what is tolerated, and only that', () => {
    assert.ok(guardEvidence(guard, RATE, periods(100), 1).harm > Math.log(20))
    assert.ok(guardEvidence(guard, RATE, periods(25), 1).harm < Math.log(20))
  })

  test('is satisfied sooner the less traffic would suffer', () => {
    const evidence = [0.05, 0.25, 0.5, 1].map((next) => guardEvidence(guard, RATE, periods(25), next).safe)
    assert.deepEqual(
      evidence,
      evidence.toSorted((a, b) => b - a),
    )
    assert.equal(guardEvidence(guard, RATE, periods(25), 0.01).safe, Number.POSITIVE_INFINITY)
  })

  test('of a metric that should be high looks the other way', () => {
    const high: Guard = { metric: 'score:helpful', good: 'high', tolerance: 0.02 }
    assert.ok(guardEvidence(high, RATE, periods(100), 1).harm < 0)
    const worse = [[{ share: 0.5, baseline: [100, 900], candidate: [300, 700] }]]
    assert.ok(guardEvidence(high, RATE, worse, 1).harm > Math.log(20))
  })
})
