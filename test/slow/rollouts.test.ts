import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { moveSlots, type SlotTable } from '../../src/tasks/split/slot-table.ts'
import type { TrafficChange } from '../../src/tasks/split/split.ts'
import { startWorkerProcess } from '../support/processes.ts'
import { startSystem } from '../support/system.ts'

const BROKEN = 'This revision is broken.'
const ENV = {
  SPLITRUN_LOCK_DURATION: '2s',
  SPLITRUN_STALLED_INTERVAL: '1s',
  SPLITRUN_JANITOR_INTERVAL: '0.2s',
}
const MOST_ROUNDS = 60

/** Answers everything, and refuses what the broken revision asks. */
async function startModel(t: { after(clean: () => void): void }): Promise<string> {
  const server = createServer(async (request, response) => {
    let text = ''
    for await (const chunk of request) text += chunk
    const isBroken = text.includes(BROKEN)
    response.writeHead(isBroken ? 400 : 200, { 'content-type': 'application/json' })
    const message = { role: 'assistant', content: 'tea' }
    const usage = { prompt_tokens: 3, completion_tokens: 1, total_tokens: 4 }
    const completion = { choices: [{ index: 0, finish_reason: 'stop', message }], usage }
    response.end(JSON.stringify(isBroken ? { error: { message: 'no' } } : completion))
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  t.after(() => {
    server.close()
    server.closeAllConnections()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`
}

test('a broken revision is rolled back once by three workers that are killed all the time', async (t) => {
  const system = await startSystem(t, { workers: 0 })
  const env = { ...ENV, SPLITRUN_SIMULATED_URL: await startModel(t) }
  const { call } = system
  const task = await system.createTask({ output_modality: 'text', output_format: null })
  const made = await call('POST', `/task/${task}`, { system_prompt: BROKEN })
  const [to, from] = made.body.revisions.map(({ id }: { id: string }) => id)
  const project = system.project.split('/').at(-1) ?? ''
  const splitOf = async () => (await system.core.tasks.read(project, task))?.task.split ?? assert.fail()
  const before = (await splitOf()).table
  const run = async (): Promise<{ status: string; task_revision_id: string }> =>
    (await call('POST', `/task/${task}/run`, { task_input: { text: 'tea' } })).body
  const start = await call('POST', `/task/${task}/rollout`, {
    ...{ from, to, shares: [0.2, 0.5, 1], hold: 0, min_runs: 5 },
    guards: [{ metric: 'failed', max_increase: 0.05 }],
  })
  assert.equal(start.status, 200, JSON.stringify(start.body))

  const workers = await Promise.all([1, 2, 3].map(() => startWorkerProcess(t, system, env)))
  let status = 'running'
  for (let round = 0; status === 'running' && round < MOST_ROUNDS; round += 1) {
    const runs = Promise.all(Array.from({ length: 8 }, run))
    const [victim] = workers.splice(round % workers.length, 1)
    await victim?.stop('SIGKILL')
    workers.push(await startWorkerProcess(t, system, env))
    await runs
    status = (await call('GET', `/task/${task}/rollout`)).body.status
  }
  assert.equal(status, 'rolled_back')
  const history: TrafficChange[] = (await call('GET', `/task/${task}/traffic_history`)).body.results
  assert.deepEqual(
    history.map(({ seq, evidence }) => [seq, evidence?.['action']]),
    [
      [3, 'rollback'],
      [2, 'start'],
      [1, undefined],
    ],
  )
  let table: SlotTable | null = null
  for (const { after } of history.toReversed()) table = moveSlots(table, after)
  assert.deepEqual(table, before)
  assert.deepEqual((await splitOf()).table, before)
  const later = await Promise.all(Array.from({ length: 20 }, run))
  assert.deepEqual(
    later.filter((each) => each.status !== 'succeeded' || each.task_revision_id !== from),
    [],
  )
})

test('a revision that is as good completes step by step, each once, whoever decides is killed at every step', async (t) => {
  const system = await startSystem(t, { workers: 0 })
  const env = { ...ENV, SPLITRUN_SIMULATED_URL: await startModel(t) }
  const { call } = system
  const task = await system.createTask({ output_modality: 'text', output_format: null })
  const made = await call('POST', `/task/${task}`, { system_prompt: 'As good.' })
  const [to, from] = made.body.revisions.map(({ id }: { id: string }) => id)
  const project = system.project.split('/').at(-1) ?? ''
  const shares = [0.2, 0.4, 0.6, 0.8, 1]
  await call('POST', `/task/${task}/rollout`, {
    ...{ from, to, shares, hold: 0, min_runs: 5 },
    guards: [{ metric: 'failed', max_increase: 0.4 }],
  })
  const workers = await Promise.all([1, 2, 3].map(() => startWorkerProcess(t, system, env)))
  const stateOf = async () => (await call('GET', `/task/${task}/rollout`)).body
  let seen = await stateOf()
  for (let round = 0; seen.status === 'running' && round < MOST_ROUNDS; round += 1) {
    const runs = Array.from({ length: 20 }, () =>
      call('POST', `/task/${task}/run`, { task_input: { text: 'tea' } }),
    )
    const [victim] = workers.splice(round % workers.length, 1)
    await victim?.stop('SIGKILL')
    workers.push(await startWorkerProcess(t, system, env))
    await Promise.all(runs)
    seen = await stateOf()
  }
  assert.deepEqual([seen.status, seen.why], ['completed', 'safe'])
  const history: TrafficChange[] = (
    await call('GET', `/task/${task}/traffic_history`)
  ).body.results.toReversed()
  assert.deepEqual(
    history.map(({ seq, evidence }) => [seq, evidence?.['action']]),
    [
      [1, undefined],
      [2, 'start'],
      [3, 'advance'],
      [4, 'advance'],
      [5, 'advance'],
      [6, 'complete'],
    ],
  )
  let table: SlotTable | null = null
  for (const { after } of history) table = moveSlots(table, after)
  const stored = await system.core.tasks.read(project, task)
  assert.deepEqual(stored?.task.split.table, table)
})
