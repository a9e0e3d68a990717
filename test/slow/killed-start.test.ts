import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startSimulatedModel } from '../../src/models/simulated/simulated-model.ts'
import { descendantsOf } from '../support/processes.ts'
import { killRedis, kind, makeDataDir, pastedCurl, startDemo, stillRunning } from '../support/started-demo.ts'
import { until } from '../support/system.ts'

test('a killed worker is started again, and neither it nor the API outlives a killed start', async (t) => {
  const dataDir = await makeDataDir(t)
  const { process: dev, text, below } = await startDemo(t, dataDir)
  const killed = below.find((each) => kind(each) === 'worker') ?? assert.fail('there is no worker')
  process.kill(killed.pid, 'SIGKILL')
  await until(() => descendantsOf(dev.pid).some((each) => kind(each) === 'worker' && each.pid !== killed.pid))
  assert.equal((await pastedCurl(text)).status, 'succeeded')

  const left = descendantsOf(dev.pid)
  await dev.stop('SIGKILL')
  await until(() => stillRunning(left).every((each) => kind(each) === 'redis'))

  // The server that is left serves the next start, which ends it.
  const next = await startDemo(t, dataDir)
  assert.equal((await pastedCurl(next.text)).status, 'succeeded')
  await next.process.stop('SIGINT')
  assert.deepEqual(stillRunning([...left, ...next.below]), [])
})

test('a killed Redis is started again, and the run that was executed meanwhile succeeds', async (t) => {
  const model = await startSimulatedModel({ latencyMs: 3_000 })
  t.after(() => model.close())
  const dataDir = await makeDataDir(t)
  const started = await startDemo(t, dataDir, { OPENAI_BASE_URL: model.url })
  const { process: dev, demo, below } = started
  const runs = `${demo.url}/api/v1/org/${demo.org_id}/project/${demo.project_id}/task/${demo.tasks.sentiment}/run`
  const headers = { authorization: `Bearer ${demo.token}`, 'content-type': 'application/json' }
  const body = JSON.stringify({ task_input: { text: 'I love this' } })
  const read = async (url: string, init = {}): Promise<{ id?: string; status?: string }> =>
    (await (await fetch(url, { headers, ...init })).json()) as { id?: string; status?: string }
  const { id } = await read(`${runs}?wait=0`, { method: 'POST', body })
  const status = async () => (await read(`${runs}/${id}`)).status
  await until(async () => (await status()) === 'running')

  const killed = below.find((each) => kind(each) === 'redis') ?? assert.fail('there is no Redis')
  await killRedis(dataDir, killed)
  await until(() => descendantsOf(dev.pid).some((each) => kind(each) === 'redis' && each.pid !== killed.pid))
  await until(async () => (await status()) === 'succeeded')
  assert.equal((await pastedCurl(started.text)).status, 'succeeded')

  const left = descendantsOf(dev.pid)
  assert.deepEqual(await dev.stop('SIGINT'), { code: 0, signal: null })
  assert.deepEqual(stillRunning([...below, ...left]), [])
})
