import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { RunRecord } from '../../../src/runs/run.ts'
import { compareCalls } from '../../chaos/compare-calls.ts'
import { aRequest } from '../../support/runs.ts'

test('calls that no ledger explains are found, and those are told apart that nobody knows the end of', () => {
  const attempt = { number: 1, fence: 1, worker: 'a', started: 0, ended: 1, model: 'm' }
  const run = (reference: string, ...outcomes: string[]): RunRecord => ({
    ...{ request: aRequest({ reference }), status: 'succeeded', revision: null, split: null, result: null },
    attempts: outcomes.map((outcome) => ({ ...attempt, outcome, inputTokens: 0, outputTokens: 0 })),
  })
  const handedBack = run('handed back', 'succeeded')
  const records = [
    run('as it should be', 'server_error', 'succeeded'),
    run('refused a parameter', 'succeeded'),
    run('lost and seen', 'lost', 'succeeded'),
    run('lost and not seen', 'lost', 'succeeded'),
    run('not connected', 'connection', 'succeeded'),
    handedBack,
    run('paid in silence', 'succeeded'),
    run('invented', 'succeeded', 'succeeded'),
  ]
  const histories = new Map([[handedBack.request.id, { statuses: [], attempts: 1, withdrawn: 1 }]])
  const { unexplained, ...counts } = compareCalls(records, histories, {
    'as it should be': { answered: 1, serverError: 1, aborted: 1 },
    'refused a parameter': { refused: 2, answered: 1 },
    'lost and seen': { answered: 2 },
    'lost and not seen': { answered: 1 },
    'not connected': { answered: 1 },
    'handed back': { answered: 2 },
    'paid in silence': { answered: 2 },
    invented: { answered: 1 },
    'of no run': { answered: 1 },
  })
  assert.deepEqual(counts, { seen: 13, attempts: 13, lost: 2, lostAndSeen: 1, handedBack: 1 })
  assert.deepEqual(
    unexplained.map((text) => text.split(':')[0]),
    ['paid in silence', 'invented', 'of no run'],
  )
})
