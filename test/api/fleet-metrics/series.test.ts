import assert from 'node:assert/strict'
import { test } from 'node:test'
import { newId } from '../../../src/platform/ids.ts'
import { cleanUpTotals } from '../../../src/runs/end/clean-up-totals.ts'
import { type Sample, sumOf } from '../../support/exposition.ts'
import { aRequest, settled } from '../../support/runs.ts'
import { startSystem, until } from '../../support/system.ts'
import { NO_CACHE, scrape } from './scrape.ts'

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
