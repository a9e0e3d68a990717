import assert from 'node:assert/strict'
import { test } from 'node:test'
import { resetReason } from '../../../../src/runs/live/reset-reason.ts'
import type { Attempt } from '../../../../src/runs/run.ts'

const attempt = (number: number, outcome: string, model: string, fence = 1): Attempt => ({
  ...{ number, fence, outcome, model, worker: 'w', started: 1, ended: 2, inputTokens: 0, outputTokens: 0 },
})
const A = 'model a'

test('a text is void because of what became of the call that it is of, whatever else was called', () => {
  const cases: [string, readonly Attempt[], string, string][] = [
    ['retry', [attempt(1, 'rate_limited', A)], '1-1', A],
    ['retry', [attempt(1, 'invalid', A), attempt(2, 'connection', A)], '1-2', A],
    ['retry', [attempt(1, 'connection', A), attempt(2, 'open', A, 2)], '1-1', A],
    ['repair', [attempt(1, 'connection', A), attempt(2, 'invalid', A)], '1-2', A],
    ['fallback', [attempt(1, 'invalid', A)], '1-1', 'model b'],
    ['fallback', [attempt(1, 'connection', A)], '1-1', 'model b'],
    ['lost', [attempt(1, 'lost', A), attempt(2, 'open', A, 2)], '1-1', A],
    ['lost', [attempt(1, 'lost', A)], '1-1', 'model b'],
    // Its worker stopped, and dropped the attempt: its number may be used again.
    ['lost', [attempt(1, 'invalid', A), attempt(2, 'open', A, 2)], '1-2', A],
    ['lost', [attempt(1, 'open', A, 2)], '1-1', A],
    ['lost', [], '1-1', A],
  ]
  for (const [reason, attempts, shown, model] of cases) {
    assert.equal(resetReason(attempts, shown, model), reason, JSON.stringify([attempts, shown]))
  }
})
