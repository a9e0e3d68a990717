import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Attempt, Run } from '@splitrun/client'
import { stepsOf } from '../../../console/src/pages/run/waterfall-steps.ts'

const at = (ms: number) => new Date(1_800_000_000_000 + ms).toISOString()
const attempt = (fields: Partial<Attempt>) => ({ model: 'm', code: null, ...fields }) as Attempt
const run = (fields: Partial<Run>) =>
  ({ created: at(0), settled: null, done: false, attempts: [], timings: null, ...fields }) as Run
const shown = (given: Run, now: number) =>
  stepsOf(given, now).steps.map(({ name, from, to, kind }) => [name, from, to, kind])
const NOW = 1_800_000_000_000 + 900

test('a run that ended is cut into what it waited for, its attempts, and the check', () => {
  const attempts = [
    attempt({ number: 1, started: at(100), ended: at(200), outcome: 'rate_limited', code: '429' }),
    attempt({ number: 2, started: at(300), ended: at(500), outcome: 'succeeded' }),
  ]
  const timings = { queued: 10, waiting_on_limit: 60, inputs: 0, model: 300, validate: 100, total: 600 }
  const ended = run({ attempts, timings, settled: at(600), done: true })
  assert.deepEqual(shown(ended, NOW), [
    ['queued', 0, 10, 'wait'],
    ['limit of the model', 10, 70, 'limit'],
    ['made ready', 70, 100, 'check'],
    ['attempt 1', 100, 200, 'refused'],
    ['attempt 2', 300, 500, 'call'],
    ['read and checked', 500, 600, 'check'],
  ])
})

test('a run that goes on ends where it is now', () => {
  assert.deepEqual(shown(run({}), NOW), [['queued', 0, 900, 'wait']])
  const attempts = [
    attempt({ number: 1, started: at(50), ended: at(80), outcome: 'lost' }),
    attempt({ number: 2, started: at(400), ended: null, outcome: 'open' }),
  ]
  assert.deepEqual(shown(run({ attempts }), NOW).slice(1), [
    ['attempt 1', 50, 80, 'lost'],
    ['attempt 2', 400, 900, 'call'],
  ])
})
