import assert from 'node:assert/strict'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { startSimulatedModel } from '../../src/models/simulated/simulated-model.ts'
import { writeModels } from '../support/models.ts'
import { listProcesses, startProcess } from '../support/processes.ts'
import { checkHistory, makeDataDir, pastedCurl, startDemo, stillRunning } from '../support/started-demo.ts'

test('a start keeps all data for the next one', async (t) => {
  const dataDir = await makeDataDir(t)
  const first = await startDemo(t, dataDir)
  const run = await pastedCurl(first.text)
  await first.process.stop('SIGINT')
  assert.deepEqual(stillRunning(first.below), [])

  const second = await startDemo(t, dataDir)
  assert.deepEqual({ ...second.demo, url: '' }, { ...first.demo, url: '' })
  const { url, org_id, project_id, tasks, token } = second.demo
  const kept = await fetch(
    `${url}/api/v1/org/${org_id}/project/${project_id}/task/${tasks.sentiment}/run/${run.id}`,
    { headers: { authorization: `Bearer ${token}` } },
  )
  assert.deepEqual(await kept.json(), run)
  assert.equal((await pastedCurl(second.text)).status, 'succeeded')
  await checkHistory(second.demo)
  await second.process.stop('SIGINT')
  assert.deepEqual(stillRunning(second.below), [])
})

test('with OPENAI_BASE_URL, that server answers instead of the simulated model', async (t) => {
  const model = await startSimulatedModel()
  t.after(() => model.close())
  const {
    process: dev,
    text,
    below,
  } = await startDemo(t, await makeDataDir(t), { OPENAI_BASE_URL: model.url })
  assert.ok(text.includes(model.url))
  assert.doesNotMatch(text, /made up/)
  const run = await pastedCurl(text)
  assert.deepEqual(Object.keys(run.response), ['sentiment', 'confidence', 'topics'])
  assert.deepEqual(model.stats(), { answered: 1 })
  await dev.stop('SIGINT')
  assert.deepEqual(stillRunning(below), [])
})

test('where no model sees images, the demo has no photo task, and the rest works', async (t) => {
  const SPLITRUN_MODELS_FILE = await writeModels(t, { blind: { price: { input: 0, output: 0 } } })
  const {
    process: dev,
    text,
    demo,
    below,
  } = await startDemo(t, await makeDataDir(t), { SPLITRUN_MODELS_FILE })
  assert.deepEqual(Object.keys(demo.tasks), ['sentiment', 'summary'])
  assert.equal((await pastedCurl(text)).status, 'succeeded')
  await dev.stop('SIGINT')
  assert.deepEqual(stillRunning(below), [])
})

test('a start whose port is taken says so, fails, and leaves nothing behind', async (t) => {
  const dataDir = await makeDataDir(t)
  const taken = await startSimulatedModel()
  t.after(() => taken.close())
  const dev = startProcess(t, 'dev', { PORT: new URL(taken.url).port, SPLITRUN_DATA_DIR: dataDir })
  assert.deepEqual(await dev.exited, { code: 3, signal: null })
  assert.match(dev.output(), /EADDRINUSE|in use/)
  assert.deepEqual(
    listProcesses().filter(({ command }) => command.includes(dataDir)),
    [],
  )
  const left = await readdir(join(dataDir, 'redis'))
  assert.deepEqual(
    left.filter((name) => /^opening|\.sock$/.test(name)),
    [],
    'a lock or a socket is left',
  )
})
