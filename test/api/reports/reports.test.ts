import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { REPORTS } from '../../../src/totals/report.ts'
import { REPORT_RESPONSES } from '../../../src/totals/report-response.ts'
import { totalKeys } from '../../../src/totals/total-keys.ts'
import { allKeys } from '../../support/all-keys.ts'
import { startSystem, useSystem } from '../../support/system.ts'
import { DAY, day, reporting, settleRun } from './settled-runs.ts'

const KINDS = Object.keys(REPORTS) as (keyof typeof REPORTS)[]

describe('reports', () => {
  // Runs are claimed by hand, which a worker could do first.
  const running = useSystem({ workers: 0 })
  const report = reporting(running)

  test('a failed run is counted by its reason, with the tokens that it cost', async () => {
    const system = running()
    const task = await system.createTask()
    const error = { reason: 'OUTPUT_INVALID', message: '', retryable: true }
    await settleRun(system, task, { status: 'failed', error, outputCheck: 'invalid' })
    await settleRun(system, task, { status: 'expired', error: { ...error, reason: 'RUN_EXPIRED' } })
    const usage = await report(`/task/${task}/usage_report`)
    assert.deepEqual(usage.outcomes, { succeeded: 0, failed: 1, cancelled: 0, expired: 1 })
    assert.deepEqual(usage.reasons, { OUTPUT_INVALID: 1, RUN_EXPIRED: 1 })
    assert.equal((await report(`/task/${task}/token_report`)).total_tokens, 30)
  })

  test('credits are added up to the millionth', async () => {
    const system = running()
    const task = await system.createTask()
    for (const credits of [1, 2_000_000, 333_333]) await settleRun(system, task, { credits })
    const credit = await report(`/task/${task}/credit_report`)
    assert.equal(credit.total_credits, '2.333334')
    assert.deepEqual(
      new Set(credit.task_revisions.map((row: { credits: string }) => row.credits)),
      new Set(['0.000001', '2.00', '0.333333']),
    )
  })

  test('rows by day are shown where asked for, and come to the whole', async () => {
    const system = running()
    const task = await system.createTask()
    const now = Date.now()
    for (const [daysAgo, runs] of [2, 0, 1].entries()) {
      for (let n = 0; n < runs; n += 1) {
        await settleRun(system, task, { settled: now - daysAgo * DAY, credits: 500_000 })
      }
    }
    for (const kind of KINDS) {
      const shown = await report(`/task/${task}/${kind}_report?show_days=true`)
      assert.deepEqual(
        shown.days.map((row: { day: string; task_runs: number }) => [row.day, row.task_runs]),
        [
          [day(2), 1],
          [day(0), 2],
        ],
        kind,
      )
      assert.equal((await report(`/task/${task}/${kind}_report`)).days, undefined)
    }
    const { days } = await report(`/task/${task}/credit_report?show_days=true&start_date=today`)
    assert.deepEqual(
      days.map(({ credits }: { credits: string }) => credits),
      ['1.00'],
    )
    assert.deepEqual(
      (await report(`/task/${await system.createTask()}/token_report?show_days=true`)).days,
      [],
    )
  })

  test('start and end choose whole UTC days, both included', async () => {
    const system = running()
    const task = await system.createTask()
    const now = Date.now()
    for (const [daysAgo, runs] of [0, 1, 7, 8, 399, 400].entries()) {
      for (let n = 0; n <= daysAgo; n += 1) await settleRun(system, task, { settled: now - runs * DAY })
    }
    const runsIn = async (query: string) =>
      (await report(`/task/${task}/token_report?${query}`)).total_task_runs
    assert.equal(await runsIn('start_date=today'), 1)
    assert.equal(await runsIn('start_date=yesterday&end_date=yesterday'), 2)
    assert.equal(await runsIn('start_date=yesterday'), 3)
    assert.equal(await runsIn('start_date=7 days ago&end_date=now'), 6)
    assert.equal(await runsIn('start_date=last+week'), 6)
    assert.equal(await runsIn(`start_date=${day(8)}&end_date=${day(7)}`), 7)
    assert.equal(await runsIn('start_date=last month'), 10)
    assert.equal(await runsIn('end_date=2 days ago'), 12)
    assert.equal(await runsIn(''), 15, 'the days that are kept')
    assert.equal(await runsIn(`start_date=2020-01-01&end_date=2099-01-01`), 15)

    const usage = await report(`/task/${task}/usage_report?start_date=8 days ago&end_date=yesterday`)
    assert.deepEqual(usage.total_counts, { [day(8)]: 4, [day(7)]: 3, [day(1)]: 2 })
    assert.deepEqual(usage.date_range, { start: `${day(8)}T00:00:00.000Z`, end: `${day(0)}T00:00:00.000Z` })
  })

  test('dates that mean nothing, or contradict each other, are 422 with their place', async () => {
    const task = await running().createTask()
    for (const [query, place] of [
      ['start_date=tomorrow', 'start_date'],
      ['end_date=2026-02-30', 'end_date'],
      ['start_date=', 'start_date'],
      ['start_date=today&end_date=yesterday', 'end_date'],
      ['start_date=2099-01-01', 'start_date'],
      ['end_date=400 days ago', 'end_date'],
    ]) {
      const { status, body } = await running().call('GET', `/task/${task}/usage_report?${query}`)
      assert.equal(status, 422, query)
      assert.deepEqual(body.detail[0].loc, ['query', place])
    }
  })

  test('a report on a project adds up its tasks, deleted ones included, and no other project', async () => {
    const system = running()
    const [kept, deleted] = [await system.createTask(), await system.createTask()]
    const before = (await report('/token_report')).total_task_runs
    await settleRun(system, kept)
    await settleRun(system, deleted)
    await system.call('DELETE', `/task/${deleted}`)
    const whole = await report('/token_report')
    assert.equal(whole.total_task_runs, before + 2)
    assert.equal(whole.task_id, null)
    const tasks = whole.task_revisions.map((row: { task_id: string }) => row.task_id)
    assert.ok(tasks.includes(kept) && tasks.includes(deleted))
    const other = await system.createProject()
    const foreign = await system.call('GET', `${other.project}/token_report`, undefined, {
      token: other.token,
    })
    assert.equal(foreign.body.total_task_runs, 0)
    assert.equal(
      (await system.call('GET', `/task/${deleted}/token_report`)).body.detail.reason,
      'TASK_NOT_FOUND',
    )
  })

  test('answers have the shape that is declared, with runs and without', async () => {
    const system = running()
    const [used, unused] = [await system.createTask(), await system.createTask()]
    await settleRun(system, used)
    for (const kind of KINDS) {
      for (const path of [`/task/${used}`, `/task/${unused}`, '']) {
        const body = await report(`${path}/${kind}_report?show_reporting_group=true`)
        assert.deepEqual(REPORT_RESPONSES[kind].parse(body), body)
      }
    }
  })
})

test('groups beyond the most that are counted apart are counted as `other`', async (t) => {
  const system = await startSystem(t, { env: { SPLITRUN_REPORTING_GROUPS_MAX: '2' }, workers: 0 })
  const task = await system.createTask()
  for (const group of ['a', 'b', 'c', 'a', 'd', 'other']) await settleRun(system, task, { group })
  const { body } = await system.call('GET', `/task/${task}/usage_report?show_reporting_group=true`)
  const runs: Record<string, number> = {}
  for (const row of body.task_revisions) {
    runs[row.reporting_group] = (runs[row.reporting_group] ?? 0) + row.task_runs
  }
  assert.deepEqual(runs, { a: 2, b: 1, other: 3 })
  const names = (await system.call('GET', '/reporting_group')).body
  assert.deepEqual(names, [{ name: 'a' }, { name: 'b' }, { name: 'other' }])
})

test('a report that would read more than it may is refused, and one at the edge is not', async (t) => {
  const system = await startSystem(t, { env: { SPLITRUN_REPORT_ROLLUPS_MAX: '2' }, workers: 0 })
  const task = await system.createTask()
  const path = `/task/${task}/token_report`
  for (let n = 0; n < 2; n += 1) await settleRun(system, task)
  assert.equal((await system.call('GET', path)).status, 200)
  await settleRun(system, task)
  const refused = await system.call('GET', path)
  assert.deepEqual([refused.status, refused.body.detail[0].loc], [422, ['query', 'start_date']])
})

test('days are kept for as long as is set', async (t) => {
  const system = await startSystem(t, { env: { SPLITRUN_REPORT_DAYS: '1' }, workers: 0 })
  const task = await system.createTask()
  await settleRun(system, task)
  assert.equal((await system.call('GET', `/task/${task}/token_report`)).body.total_task_runs, 1)
  const keys = await allKeys(system.core.redis, totalKeys(0).periodRollup('*', '????????'))
  assert.ok(keys.length > 0)
  for (const key of keys) {
    const left = await system.core.redis.ttl(key)
    assert.ok(left > 0 && left <= 86_400, `${left} s`)
  }
  assert.equal((await system.call('GET', `/task/${task}/token_report?end_date=yesterday`)).status, 422)
})
