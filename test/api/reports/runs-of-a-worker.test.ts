import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { newId } from '../../../src/platform/ids.ts'
import { useSystem } from '../../support/system.ts'
import { day, reporting } from './settled-runs.ts'

describe('reports on runs of a worker', () => {
  const running = useSystem()
  const report = reporting(running)

  test('every report equals the sum over the runs, by revision and in the whole', async () => {
    const system = running()
    const task = await system.createTask()
    const changed = await system.call('POST', `/task/${task}`, { user_prompt: 'Briefly: {text}' })
    const newer = changed.body.revisions[0].id
    await Promise.all(
      Array.from({ length: 12 }, (_, n) => {
        const query = n % 3 === 0 ? `?revision_id=${newer}` : ''
        return system.call('POST', `/task/${task}/run${query}`, { task_input: { text: 'tea '.repeat(n) } })
      }),
    )
    const runs = (await report(`/task/${task}/run`)).results
    assert.equal(runs.length, 12)
    // biome-ignore lint/suspicious/noExplicitAny: answers of the API
    const sum = (list: any[], of: (each: any) => number) => list.reduce((all, each) => all + of(each), 0)

    const [token, usage, timing, credit] = await Promise.all(
      ['token', 'usage', 'timing', 'credit'].map((kind) => report(`/task/${task}/${kind}_report`)),
    )
    assert.equal(
      token.total_input_tokens,
      sum(runs, (run) => run.input_tokens),
    )
    assert.equal(
      token.total_output_tokens,
      sum(runs, (run) => run.output_tokens),
    )
    assert.equal(
      token.total_tokens,
      sum(runs, (run) => run.total_tokens),
    )
    assert.equal(token.total_task_runs, 12)
    assert.deepEqual(usage.outcomes, { succeeded: 12, failed: 0, cancelled: 0, expired: 0 })
    assert.deepEqual(usage.output_checks, { valid: 12, repaired: 0, invalid: 0 })
    assert.deepEqual(usage.attempts, { succeeded: 12 })
    assert.equal(
      sum(Object.values(usage.total_counts), (count) => count),
      12,
    )
    assert.equal(timing.timings.total.count, 12)
    const mean = sum(runs, (run) => run.timings.total) / 12
    assert.ok(Math.abs(timing.timings.total.mean - mean) < 0.001)
    assert.ok(timing.timings.total.p50 <= timing.timings.total.p99)
    assert.equal(credit.total_credits, '0.00')

    for (const { task_revisions } of [token, usage, timing, credit]) {
      assert.deepEqual(
        task_revisions.map((row: { task_revision_id: string; task_runs: number }) => [
          row.task_revision_id,
          row.task_runs,
        ]),
        [
          [newer, 4],
          [changed.body.revisions[1].id, 8],
        ],
      )
    }
    const ofNewer = runs.filter((run: { task_revision_id: string }) => run.task_revision_id === newer)
    assert.equal(
      token.task_revisions[0].total_tokens,
      sum(ofNewer, (run) => run.total_tokens),
    )
  })

  test('a reporting group is a filter, and a row of its own where asked', async () => {
    const system = running()
    const task = await system.createTask()
    const input = { task_input: { text: 'tea' } }
    const groups = ['eu/west', 'eu/west', '-', undefined]
    for (const group of groups) {
      const query = group ? `?reporting_group=${encodeURIComponent(group)}` : ''
      await system.call('POST', `/task/${task}/run${query}`, input)
    }
    const west = await report(`/task/${task}/token_report?reporting_group=eu%2Fwest`)
    assert.deepEqual([west.reporting_group, west.total_task_runs], ['eu/west', 2])
    const all = await report(`/task/${task}/token_report?show_reporting_group=true`)
    const rows = all.task_revisions.map((row: { reporting_group: string | null; task_runs: number }) => [
      row.reporting_group,
      row.task_runs,
    ])
    assert.deepEqual(
      new Map(rows),
      new Map<unknown, unknown>([
        ['eu/west', 2],
        ['-', 1],
        [null, 1],
      ]),
    )
    assert.equal((await report(`/task/${task}/token_report?reporting_group=none`)).total_task_runs, 0)
    const listed = await report('/reporting_group')
    assert.deepEqual(
      listed.map(({ name }: { name: string }) => name),
      ['-', 'eu/west'],
    )
  })

  test('a reporting group may be named by an id in the body, in JSON and in a form', async () => {
    const system = running()
    const task = await system.createTask()
    const id = newId()
    const form = new FormData()
    form.append('task_input', '{"text": "tea"}')
    form.append('reporting_group_id', id)
    const body = { task_input: { text: 'tea' }, reporting_group_id: id.toUpperCase() }
    const path = `/task/${task}/run`
    for (const [query, sent] of [
      ['', body],
      ['', form],
      [`?reporting_group=${id}`, body],
    ] as const) {
      const { status, body: run } = await system.call('POST', path + query, sent)
      assert.deepEqual([status, run.reporting_group], [200, id])
    }
    assert.equal((await report(`/task/${task}/token_report?reporting_group=${id}`)).total_task_runs, 3)
    for (const [query, wrong] of [
      ['?reporting_group=eu', body],
      ['', { ...body, reporting_group_id: 'eu' }],
    ] as const) {
      const { status, body: refused } = await system.call('POST', path + query, wrong)
      assert.deepEqual([status, refused.detail[0].loc], [422, ['body', 'reporting_group_id']])
    }
    const plain = await system.call('POST', path, { ...body, reporting_group_id: null })
    assert.equal(plain.body.reporting_group, null)
  })

  test('lists of runs take the same dates, by when a run was created', async () => {
    const system = running()
    const task = await system.createTask()
    const { body } = await system.call('POST', `/task/${task}/run`, { task_input: { text: 'tea' } })
    const found = async (query: string) => (await report(`/task/${task}/run?${query}`)).results.length
    for (const query of ['start_date=today', `end_date=${day(0)}`, 'start_date=1 hours ago&end_date=now']) {
      assert.equal(await found(query), 1, query)
    }
    for (const query of [
      'end_date=yesterday',
      `start_date=${day(-1)}`,
      `start_date=7 days ago&end_date=${day(1)}`,
    ]) {
      assert.equal(await found(query), 0, query)
    }
    const around = (ms: number) => new Date(Date.parse(body.created) + ms).toISOString()
    assert.equal(await found(`start_date=${around(-1000)}&end_date=${around(1000)}`), 1)
    assert.equal(await found(`start_date=${around(-2000)}&end_date=${around(-1000)}`), 0)
    assert.equal((await system.call('GET', `/task/${task}/run?start_date=soon`)).status, 422)
  })
})
