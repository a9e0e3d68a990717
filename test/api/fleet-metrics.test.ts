import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { composeApi } from '../../src/compose/compose-api.ts'
import { newId } from '../../src/platform/ids.ts'
import { cleanUpTotals } from '../../src/runs/end/clean-up-totals.ts'
import { isFinal, type RunRecord } from '../../src/runs/run.ts'
import { allKeys } from '../support/all-keys.ts'
import { readExposition, type Sample, sumOf } from '../support/exposition.ts'
import { writeModels } from '../support/models.ts'
import { aRequest, aResult, settled } from '../support/runs.ts'
import { type System, startSystem, until, useSystem } from '../support/system.ts'

/** Numbers of the moment, for tests that change them. */
const NO_CACHE = { SPLITRUN_METRICS_CACHE: '0s' }

async function scrape({ url }: System): Promise<Sample[]> {
  return readExposition(await (await fetch(`${url}/metrics`)).text())
}

async function recordsOf({ core, project }: System): Promise<RunRecord[]> {
  const ids = await core.runs.ids(project.split('/').at(-1) ?? '', {}, null, 1000)
  return (await core.runs.getMany(ids)).filter((record) => record !== null)
}

test('totals equal the sum over the runs, to the token and the millionth, with failures and two models', async (t) => {
  // The first fails always and is dear.
  const SPLITRUN_MODELS_FILE = await writeModels(t, {
    first: { faults: { serverError: 1 }, price: { input: 3, output: 15 } },
    second: { faults: { schemaViolation: 0.3, cut: 0.2 }, price: { input: 0.25, output: 1.5 } },
  })
  const system = await startSystem(t, {
    workers: 2,
    env: { ...NO_CACHE, SPLITRUN_MODELS_FILE, SPLITRUN_MODEL_ATTEMPTS: '2' },
  })
  const plain = await system.createTask({ llm_model_id: 'second' })
  const falling = await system.createTask({ llm_model_id: 'first', fallback_llm_model_id: 'second' })
  await Promise.all(
    Array.from({ length: 40 }, (_, n) => {
      const input = { task_input: { text: 'tea '.repeat(n) } }
      return system.call('POST', `/task/${n % 3 ? plain : falling}/run${n % 2 ? '?wait=0' : ''}`, input)
    }),
  )
  let records: RunRecord[] = []
  await until(async () => {
    records = await recordsOf(system)
    return records.every(({ status }) => isFinal(status))
  })
  const samples = await scrape(system)

  const results = records.flatMap(({ result }) => (result ? [result] : []))
  const attempts = records.flatMap((record) => record.attempts)
  const total = <T>(all: readonly T[], of: (each: T) => number) =>
    all.reduce((sum, each) => sum + of(each), 0)
  assert.ok(
    results.some(({ status }) => status === 'failed') && results.some(({ usedFallback }) => usedFallback),
  )
  for (const outcome of ['succeeded', 'failed'] as const) {
    const ended = results.filter(({ status }) => status === outcome)
    assert.equal(sumOf(samples, 'splitrun_runs_total', { outcome }), ended.length)
  }
  for (const type of ['input', 'output'] as const) {
    const of = type === 'input' ? 'inputTokens' : 'outputTokens'
    const all = total(results, (result) => result[of])
    assert.equal(sumOf(samples, 'splitrun_tokens_total', { type }), all)
    assert.equal(sumOf(samples, 'gen_ai_client_token_usage_sum', { gen_ai_token_type: type }), all)
    for (const model of ['first', 'second']) {
      const asked = attempts.filter((attempt) => attempt.model === model)
      assert.equal(
        sumOf(samples, 'splitrun_tokens_total', { type, model }),
        total(asked, (each) => each[of]),
      )
    }
  }
  const millionths = Math.round(sumOf(samples, 'splitrun_credits_total') * 1e6)
  assert.equal(
    millionths,
    total(results, ({ credits }) => credits),
  )
  assert.equal(sumOf(samples, 'splitrun_attempts_total'), attempts.length)
  assert.equal(
    sumOf(samples, 'gen_ai_client_operation_duration_seconds_count', { error_type: '' }),
    attempts.filter(({ outcome }) => outcome === 'succeeded' || outcome === 'invalid').length,
  )
  for (const check of ['valid', 'repaired', 'invalid']) {
    const checked = results.filter(({ outputCheck }) => outputCheck === check)
    assert.equal(sumOf(samples, 'splitrun_output_checks_total', { check }), checked.length)
  }
  for (const mode of ['wait', 'async']) {
    const asked = records.filter(({ request }) => request.mode === mode)
    assert.equal(sumOf(samples, 'splitrun_run_duration_seconds_count', { mode }), asked.length)
    const seconds = total(asked, ({ result }) => result?.timings.total ?? 0) / 1000
    assert.ok(Math.abs(sumOf(samples, 'splitrun_run_duration_seconds_sum', { mode }) - seconds) < 1e-6)
  }
  for (const phase of ['queued', 'waiting_on_limit', 'model', 'validate'] as const) {
    assert.equal(sumOf(samples, 'splitrun_run_phase_seconds_count', { phase }), 40)
    const seconds = total(results, ({ timings }) => timings[phase]) / 1000
    assert.ok(Math.abs(sumOf(samples, 'splitrun_run_phase_seconds_sum', { phase }) - seconds) < 1e-4)
  }
})

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

test('revisions beyond the most that have series of their own are counted as `other`, and stay there', async (t) => {
  const system = await startSystem(t, {
    workers: 0,
    env: { ...NO_CACHE, SPLITRUN_METRICS_REVISIONS_MAX: '2' },
  })
  const project = system.project.split('/').at(-1) ?? ''
  const [first, second, third] = [
    await system.createTask(),
    await system.createTask(),
    await system.createTask(),
  ]
  for (const task of [first, second, third, third]) {
    await settled(system.core, aRequest({ project, task }), task)
  }
  const runs = (all: Sample[], task: string) => sumOf(all, 'splitrun_runs_total', { task })
  const full = await scrape(system)
  assert.deepEqual(
    [first, second, third, 'other'].map((task) => runs(full, task)),
    [1, 1, 0, 2],
  )
  // A place that is free again goes to one that was never counted: no total falls or jumps.
  await system.call('DELETE', `/task/${first}`)
  assert.equal(runs(await scrape(system), first), 0)
  await cleanUpTotals(system.core, null)
  const fresh = await system.createTask()
  for (const task of [third, fresh]) await settled(system.core, aRequest({ project, task }), task)
  const after = await scrape(system)
  assert.deepEqual(
    [second, third, fresh, 'other'].map((task) => runs(after, task)),
    [1, 0, 1, 3],
  )
})

test('no project takes the share of another, however many revisions it has and whoever was first', async (t) => {
  const system = await startSystem(t, {
    workers: 0,
    env: {
      ...NO_CACHE,
      SPLITRUN_METRICS_REVISIONS_MAX: '20',
      SPLITRUN_METRICS_PROJECT_REVISIONS: '3',
    },
  })
  const makeTask = async (project: string, token: string) => {
    const fields = { name: `task ${newId()}`, enabled: true, system_prompt: 's', user_prompt: '{text}' }
    const more = { llm_model_id: 'simulated-large', output_modality: 'text' }
    return (await system.call('POST', `${project}/task`, { ...fields, ...more }, { token })).body.id
  }
  const settle = (path: string, task: string, revision: string) =>
    settled(system.core, aRequest({ project: path.split('/').at(-1) ?? '', task }), revision)
  const greedy = await makeTask(system.project, system.token)
  for (let n = 0; n < 30; n += 1) await settle(system.project, greedy, newId())
  const own = (samples: Sample[], project: string) =>
    new Set(
      samples
        .filter(({ name, labels }) => name === 'splitrun_runs_total' && labels['project'] === project)
        .map(({ labels }) => labels['revision']),
    ).size
  const idOf = (path: string) => path.split('/').at(-1) ?? ''
  assert.equal(own(await scrape(system), idOf(system.project)), 20)
  for (let tenant = 0; tenant < 3; tenant += 1) {
    const { project, token } = await system.createProject()
    const task = await makeTask(project, token)
    for (let n = 0; n < 5; n += 1) await settle(project, task, newId())
    const samples = await scrape(system)
    assert.equal(own(samples, idOf(project)), 3)
    // Those that were first have lost nothing.
    assert.equal(own(samples, idOf(system.project)), 20)
  }
  assert.equal(sumOf(await scrape(system), 'splitrun_runs_total'), 30 + 3 * 5)
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

test('times have series for revisions, tasks or projects alone, with the same counts', async (t) => {
  const labelsBy = new Map<string, number>()
  for (const by of ['revision', 'task', 'project']) {
    const system = await startSystem(t, { env: { ...NO_CACHE, SPLITRUN_METRICS_TIMES_BY: by } })
    for (const _ of [1, 2]) {
      const task = await system.createTask()
      await system.call('POST', `/task/${task}`, { user_prompt: 'Differently {text}.', weight: 1 })
      const runs = Array.from({ length: 10 }, () =>
        system.call('POST', `/task/${task}/run`, { task_input: { text: 'tea' } }),
      )
      await Promise.all(runs)
    }
    let samples: Sample[] = []
    await until(async () => {
      samples = await scrape(system)
      return sumOf(samples, 'splitrun_run_duration_seconds_count', {}) === 20
    })
    labelsBy.set(by, samples.filter(({ name }) => name === 'splitrun_run_duration_seconds_count').length)
    const phases = samples.filter(({ name }) => name === 'splitrun_run_phase_seconds_count')
    assert.equal(new Set(phases.map(({ labels }) => labels['task'] ?? '')).size, by === 'project' ? 1 : 2)
  }
  assert.deepEqual(
    labelsBy,
    new Map([
      ['revision', 4],
      ['task', 2],
      ['project', 1],
    ]),
  )
})
