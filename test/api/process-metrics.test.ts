import assert from 'node:assert/strict'
import { test } from 'node:test'
import { composeApi } from '../../src/compose/compose-api.ts'
import { composeWorker } from '../../src/compose/compose-worker.ts'
import { readExposition, type Sample, sumOf } from '../support/exposition.ts'
import { startSystem, until } from '../support/system.ts'

const ENV = { SPLITRUN_METRICS_PORT: '0' }

async function scrape(port: number | null): Promise<Sample[]> {
  return readExposition(await (await fetch(`http://127.0.0.1:${port}/metrics`)).text())
}

test('an API process counts requests by template and status, never by what was asked for', async (t) => {
  const system = await startSystem(t, { workers: 0, env: ENV })
  const { port, processPort } = await composeApi(system.core)
  const url = `http://127.0.0.1:${port}/api/v1${system.project}`
  const headers = { authorization: `Bearer ${system.token}` }
  const ask = async (path: string, method = 'GET') =>
    (await fetch(url + path, { method, headers })).arrayBuffer()
  await ask('/task')
  await ask('/task?page_limit=1')
  await ask('/task', 'PATCH')
  await ask('/task/no-id-of-a-task')
  await ask('/nowhere/secret', 'PROPFIND')

  const name = 'http_server_request_duration_seconds_count'
  const tasks = '/org/:org_id/project/:project_id/task'
  let samples: Sample[] = []
  // A request is counted when its connection is done with it, which may be after the client has its answer.
  await until(async () => {
    samples = await scrape(processPort)
    return sumOf(samples, name) === 5
  })
  const counts = samples
    .filter((sample) => sample.name === name)
    .map(({ labels, value }) => [...Object.values(labels), value].join(' '))
  assert.deepEqual(counts.sort(), [
    `GET ${tasks} 200 2`,
    `GET ${tasks}/:task_id 400 1`,
    `PATCH ${tasks} 405 1`,
    '_OTHER  404 1',
  ])
  assert.equal(sumOf(samples, 'http_server_active_requests'), 0)
  assert.ok(sumOf(samples, 'splitrun_redis_ping_seconds') > 0)
  assert.ok(samples.some((sample) => sample.name.startsWith('nodejs_eventloop_lag')))
})

test('what a waiting call hears of the end of its run is timed, and a call that waits is counted', async (t) => {
  const system = await startSystem(t, { workers: 0, env: ENV })
  const { port, processPort } = await composeApi(system.core)
  const task = await system.createTask()
  const waiting = fetch(`http://127.0.0.1:${port}${system.project}/task/${task}/run`, {
    method: 'POST',
    headers: { authorization: `Bearer ${system.token}` },
    body: JSON.stringify({ task_input: { text: 'tea' } }),
  })
  await until(async () => sumOf(await scrape(processPort), 'splitrun_waiting_calls') === 1)
  await composeWorker(system.core)
  assert.equal((await waiting).status, 200)
  const samples = await scrape(processPort)
  assert.equal(sumOf(samples, 'splitrun_deliver_duration_seconds_count'), 1)
  assert.equal(sumOf(samples, 'splitrun_waiting_calls'), 0)
})

test('a worker says what it has in hand and when it last got on', async (t) => {
  const system = await startSystem(t, { workers: 0, env: ENV, model: { latencyMs: 60_000 } })
  const { processPort } = await composeWorker(system.core)
  const task = await system.createTask()
  await system.call('POST', `/task/${task}/run?wait=0`, { task_input: { text: 'tea' } })
  await until(async () => sumOf(await scrape(processPort), 'splitrun_active_runs') === 1)
  const progress = sumOf(await scrape(processPort), 'splitrun_last_progress_timestamp_seconds')
  assert.ok(Math.abs(progress - Date.now() / 1000) < 60)
})

test('without Redis a process still tells of itself, and that its ping failed', async (t) => {
  const system = await startSystem(t, { workers: 0, env: ENV })
  const { processPort } = await composeApi(system.core)
  await system.redis.kill()
  const ping = (await scrape(processPort)).find(({ name }) => name === 'splitrun_redis_ping_seconds')
  assert.ok(Number.isNaN(ping?.value))
})
