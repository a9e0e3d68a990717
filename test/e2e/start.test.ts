import assert from 'node:assert/strict'
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { startSimulatedModel } from '../../src/models/simulated/simulated-model.ts'
import { writeModels } from '../support/models.ts'
import { listProcesses, startProcess } from '../support/processes.ts'
import {
  kinds,
  makeDataDir,
  pastedCurl,
  type StartedDemo,
  startDemo,
  stillRunning,
} from '../support/started-demo.ts'

test('a start prints a curl that works, writes its ids for scripts, and keeps all data for the next one', async (t) => {
  const dataDir = await makeDataDir(t)
  const first = await startDemo(t, dataDir)
  assert.deepEqual(Object.keys(first.demo), ['url', 'admin_token', 'org_id', 'project_id', 'token', 'tasks'])
  assert.deepEqual(Object.keys(first.demo.tasks), ['sentiment', 'photo', 'summary'])
  for (const name of ['dev.json', 'dev.env'])
    assert.equal((await stat(join(dataDir, name))).mode & 0o777, 0o600)
  assert.match(first.text, /simulated/)
  assert.ok(first.text.includes(dataDir), 'says where the data is')
  assert.deepEqual(kinds(first.below), ['api', 'redis', 'worker'])

  await checkHistory(first.demo)
  await checkConsole(first)
  const run = await pastedCurl(first.text)
  assert.equal(run.status, 'succeeded')
  assert.deepEqual(Object.keys(run.response), ['sentiment', 'confidence', 'topics'])
  assert.ok(['positive', 'neutral', 'negative'].includes(run.response.sentiment))
  assert.equal(typeof run.response.confidence, 'number')
  assert.ok(Array.isArray(run.response.topics))

  assert.deepEqual(await first.process.stop('SIGINT'), { code: 0, signal: null })
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

/** The link that is printed shows the console, built, to who has its key. */
async function checkConsole({ text, demo }: StartedDemo): Promise<void> {
  const [link = '', key = ''] = /http\S+\/console\/#key=(\S+)/.exec(text) ?? []
  const page = await fetch(link)
  assert.equal(page.status, 200)
  assert.match(await page.text(), /<script type="module"/)
  const session = await fetch(`${demo.url}/console/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ key: decodeURIComponent(key) }),
  })
  assert.equal(session.status, 200)
}

/** A first start leaves some runs, so that no page is empty, which say that they are no one's; a second adds none. */
async function checkHistory({ url, org_id, project_id, token, tasks }: StartedDemo['demo']): Promise<void> {
  const list = `${url}/api/v1/org/${org_id}/project/${project_id}/task_run?reference=simulated%20demo%20history`
  const answer = await fetch(list, { headers: { authorization: `Bearer ${token}` } })
  const { results } = (await answer.json()) as { results: Record<string, unknown>[] }
  const some = (name: string) => new Set(results.map((each) => String(each[name])))
  assert.equal(results.length, 12)
  assert.deepEqual([...some('status')].sort(), ['failed', 'succeeded'])
  assert.deepEqual([...some('task_id')].sort(), Object.values(tasks).sort())
  assert.ok(results.some(({ files }) => (files as string[]).length > 0))
  const revisions = results.filter((each) => each['task_id'] === tasks.sentiment)
  assert.equal(new Set(revisions.map((each) => each['task_revision_id'])).size, 2)
}

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
