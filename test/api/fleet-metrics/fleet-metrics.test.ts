import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { composeApi } from '../../../src/compose/compose-api.ts'
import { newId } from '../../../src/platform/ids.ts'
import { cleanUpTotals } from '../../../src/runs/end/clean-up-totals.ts'
import { allKeys } from '../../support/all-keys.ts'
import { readExposition, sumOf } from '../../support/exposition.ts'
import { aRequest, aResult, settled } from '../../support/runs.ts'
import { type System, startSystem, useSystem } from '../../support/system.ts'
import { NO_CACHE, scrape } from './scrape.ts'

describe('fleet metrics', () => {
  const running = useSystem({ workers: 0, env: NO_CACHE })
  const projectOf = ({ project }: System) => project.split('/').at(-1) ?? ''

  async function settleRun(system: System, task: string, revision: string): Promise<void> {
    await settled(system.core, aRequest({ project: projectOf(system), task }), revision, aResult())
  }

  /** Keys of the totals that are kept for ever. */
  const totalsOf = async ({ core }: System): Promise<string[]> => {
    await core.rollups.merge()
    return (await allKeys(core.redis, '*:rollup:*')).filter((key) => !/:\d{8}(\d\d)?$/.test(key)).sort()
  }

  test('anybody may read them where nothing else is set, under both mounts, and every API process shows the same', async () => {
    const system = running()
    await settleRun(system, await system.createTask(), newId())
    const second = await composeApi(system.core)
    const texts = await Promise.all(
      [
        `${system.url}/metrics`,
        `${system.url}/api/v1/metrics`,
        `http://127.0.0.1:${second.port}/metrics`,
      ].map(async (url) => {
        const answer = await fetch(url)
        assert.equal(answer.headers.get('content-type'), 'text/plain; version=0.0.4; charset=utf-8')
        return (await answer.text()).split('\n').sort()
      }),
    )
    assert.deepEqual(texts[0], texts[1])
    assert.deepEqual(texts[0], texts[2])
  })

  test('histograms are cumulative, and each family is introduced once', async () => {
    const system = running()
    await settleRun(system, await system.createTask(), newId())
    const text = await (await fetch(`${system.url}/metrics`)).text()
    const types = text.match(/^# TYPE (\S+) (\S+)$/gm) ?? []
    assert.equal(new Set(types).size, types.length)
    const samples = readExposition(text)
    const introduced = types.map((line) => line.split(' ')[2])
    for (const { name } of samples) {
      assert.ok(
        introduced.includes(name.replace(/_(bucket|sum|count)$/, '')) || introduced.includes(name),
        name,
      )
    }
    const name = 'splitrun_run_duration_seconds'
    const counts = samples.filter((sample) => sample.name === `${name}_bucket`).map(({ value }) => value)
    const perSeries = counts.slice(0, 21)
    assert.deepEqual(
      perSeries,
      perSeries.toSorted((a, b) => a - b),
    )
    assert.equal(sumOf(samples, `${name}_bucket`, { le: '+Inf' }), sumOf(samples, `${name}_count`))
  })

  test('a name that holds quotes, backslashes and new lines comes through whole', async () => {
    const system = running()
    const annotation = 'a "quoted" \\ one\nand more'
    const task = await system.createTask({ annotation })
    const { revisions } = (await system.call('GET', `/task/${task}`)).body
    await settleRun(system, task, revisions[0].id)
    const samples = await scrape(system)
    assert.equal(sumOf(samples, 'splitrun_revision_info', { revision: revisions[0].id, annotation }), 1)
  })

  test('the share that weights ask for is shown next to what was drawn', async () => {
    const system = running()
    const task = await system.createTask()
    const { revisions } = (await system.call('POST', `/task/${task}`, { user_prompt: 'Briefly: {text}' }))
      .body
    const [newer, older] = revisions.map((revision: { id: string }) => revision.id)
    const active_revisions = [
      { task_revision_id: older, weight: 75 },
      { task_revision_id: newer, weight: 25 },
    ]
    await system.call('POST', `/task/${task}`, { active_revisions })
    for (const revision of [older, older, newer]) await settleRun(system, task, revision)
    await settled(system.core, aRequest({ project: projectOf(system), task, revision: newer }), newer)
    const samples = await scrape(system)
    for (const [revision, share, drawn] of [
      [older, 0.75, 2],
      [newer, 0.25, 1],
    ]) {
      assert.equal(sumOf(samples, 'splitrun_traffic_share_configured', { task, revision }), share)
      assert.equal(sumOf(samples, 'splitrun_drawn_runs_total', { task, revision }), drawn)
    }
  })

  test('the depth of the queue and the age of its oldest run are shown by state', async () => {
    const system = running()
    const task = await system.createTask()
    for (let n = 0; n < 3; n += 1) {
      await system.call('POST', `/task/${task}/run?wait=0`, { task_input: { text: 'tea' } })
    }
    const state = 'enqueued'
    const samples = await scrape(system)
    assert.equal(sumOf(samples, 'splitrun_queue_runs', { state }), 3)
    assert.ok(sumOf(samples, 'splitrun_queue_oldest_age_seconds', { state }) > 0)
    assert.equal(sumOf(samples, 'splitrun_queue_oldest_age_seconds', { state: 'running' }), 0)
  })

  test('no id of a run, a user or a key is in them', async () => {
    const system = running()
    const request = aRequest({ project: projectOf(system), task: await system.createTask() })
    await settled(system.core, request, newId())
    const samples = await scrape(system)
    assert.equal(sumOf(samples, 'splitrun_runs_total', { task: request.task }), 1)
    const values = new Set(samples.flatMap(({ labels }) => Object.values(labels)))
    assert.ok(!values.has(request.id) && !values.has(request.user))
    assert.ok(!values.has(system.token))
  })

  test('a deleted task leaves, and a run of it that ends later does not bring it back', async () => {
    const system = running()
    const [kept, deleted] = [await system.createTask(), await system.createTask()]
    await settleRun(system, kept, newId())
    await settleRun(system, deleted, newId())
    assert.equal(sumOf(await scrape(system), 'splitrun_runs_total', { task: deleted }), 1)
    await system.call('DELETE', `/task/${deleted}`)
    for (const late of [false, true]) {
      if (late) await settleRun(system, deleted, newId())
      // Reading takes nothing away: that is the janitor's.
      const before = await totalsOf(system)
      const samples = await scrape(system)
      assert.ok(samples.every(({ labels }) => labels['task'] !== deleted))
      assert.equal(sumOf(samples, 'splitrun_runs_total', { task: kept }), 1)
      assert.deepEqual(await totalsOf(system), before)
      assert.ok(before.some((key) => key.includes(deleted)))
      assert.equal(await cleanUpTotals(system.core, null), null)
      assert.deepEqual(
        await totalsOf(system),
        before.filter((key) => !key.includes(deleted)),
      )
    }
  })
})

test('what was read is shown again for as long as is set', async (t) => {
  const system = await startSystem(t, { workers: 0, env: { SPLITRUN_METRICS_CACHE: '60s' } })
  const before = await scrape(system)
  const project = system.project.split('/').at(-1) ?? ''
  await settled(system.core, aRequest({ project, task: await system.createTask() }), newId())
  assert.deepEqual(await scrape(system), before)
})

test('without Redis a scrape fails, so that nobody takes silence for calm', async (t) => {
  const system = await startSystem(t, { workers: 0 })
  await system.redis.kill()
  assert.equal((await fetch(`${system.url}/metrics`)).status, 503)
})
