import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { RunRecord } from '../../src/runs/run.ts'
import { chaos } from '../chaos/chaos.ts'
import { compareCalls } from '../chaos/compare-calls.ts'
import { diceFrom } from '../chaos/dice.ts'
import { type FaultScheduleOptions, scheduleFaults } from '../chaos/fault-schedule.ts'
import { isGood, printTable, tabulateChaos } from '../chaos/verdict.ts'
import { aRequest } from '../support/runs.ts'

/** Five processes are started many times over: on a busy machine that alone takes minutes. */
const PATIENTLY = { timeout: 300_000 }

test(
  'no run is lost, stuck or settled twice while processes and Redis die, freeze and stop',
  PATIENTLY,
  async (t) => {
    const options = {
      ...{ seed: 1, runs: 150, forMs: 8000 },
      ...{ longestOutageMs: 2500, faultEveryMs: 700, patienceMs: 120_000 },
      env: { SPLITRUN_LOCK_DURATION: '2s', SPLITRUN_STALLED_INTERVAL: '1s', SPLITRUN_MODEL_TIMEOUT: '2s' },
    }
    const progress = { started: Date.now(), sent: 0, served: 0, strikes: [] }
    const outcome = await chaos(t, options, progress, t.signal)
    const table = tabulateChaos(outcome)
    assert.ok(isGood(table), `\n${printTable(table)}`)
    assert.ok(outcome.audit.accepted > 120, 'a caller that leaves may do so before its run is accepted')
    assert.ok(outcome.strikes.length >= 5)
  },
)

const SCHEDULE: FaultScheduleOptions = {
  ...{ seed: 7, until: 180_000, longestMs: 20_000, everyMs: 4000 },
  ...{ workers: ['worker 1', 'worker 2', 'worker 3'], apis: ['api 1', 'api 2'] },
}

test('a seed repeats its faults, another has others; all kinds come, and none lasts longer than it may', () => {
  const faults = scheduleFaults(SCHEDULE)
  assert.deepEqual(scheduleFaults(SCHEDULE), faults)
  assert.notDeepEqual(scheduleFaults({ ...SCHEDULE, seed: 8 }), faults)
  const kinds = new Set(
    faults.map(({ kind, targets }) => `${kind} ${targets.length} ${targets[0]?.slice(0, 3)}`),
  )
  assert.equal(kinds.size, 9)
  for (const { at, forMs } of faults) assert.ok(forMs <= 20_000 && at + forMs <= 180_000)
})

test('a process is not struck again before its fault is over', () => {
  for (let seed = 1; seed <= 50; seed += 1) {
    const faults = scheduleFaults({ ...SCHEDULE, seed })
    for (const [index, fault] of faults.entries()) {
      const during = faults.slice(index + 1).filter(({ at }) => at < fault.at + fault.forMs)
      const again = during.filter(({ targets }) => targets.some((name) => fault.targets.includes(name)))
      assert.deepEqual(again, [])
    }
  }
})

test('dice pick by weight', () => {
  const dice = diceFrom('3')
  const picked = Array.from({ length: 10_000 }, () =>
    dice.pick([
      { name: 'never', weight: 0 },
      { name: 'seldom', weight: 1 },
      { name: 'often', weight: 9 },
    ]),
  )
  const count = (name: string) => picked.filter((each) => each.name === name).length
  assert.equal(count('never'), 0)
  assert.ok(count('seldom') > 800 && count('seldom') < 1200)
})

test('calls that no ledger explains are found, and those are told apart that nobody knows the end of', () => {
  const attempt = { number: 1, fence: 1, worker: 'a', started: 0, ended: 1, model: 'm' }
  const run = (reference: string, ...outcomes: string[]): RunRecord => ({
    ...{ request: aRequest({ reference }), status: 'succeeded', revision: null, result: null },
    attempts: outcomes.map((outcome) => ({ ...attempt, outcome, inputTokens: 0, outputTokens: 0 })),
  })
  const handedBack = run('handed back', 'succeeded')
  const records = [
    run('as it should be', 'server_error', 'succeeded'),
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
    'lost and seen': { answered: 2 },
    'lost and not seen': { answered: 1 },
    'not connected': { answered: 1 },
    'handed back': { answered: 2 },
    'paid in silence': { answered: 2 },
    invented: { answered: 1 },
    'of no run': { answered: 1 },
  })
  assert.deepEqual(counts, { seen: 12, attempts: 12, lost: 2, lostAndSeen: 1, handedBack: 1 })
  assert.deepEqual(
    unexplained.map((text) => text.split(':')[0]),
    ['paid in silence', 'invented', 'of no run'],
  )
})
