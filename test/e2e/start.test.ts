import assert from 'node:assert/strict'
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { startSimulatedModel } from '../../src/models/simulated/simulated-model.ts'
import { writeModels } from '../support/models.ts'
import {
  descendantsOf,
  type ListedProcess,
  listProcesses,
  type SplitrunProcess,
  startProcess,
} from '../support/processes.ts'
import { lendRedisProgram } from '../support/redis.ts'
import { type Cleanup, until } from '../support/system.ts'

interface Started {
  readonly process: SplitrunProcess
  /** What it says. */
  readonly text: string
  readonly demo: {
    url: string
    admin_token: string
    org_id: string
    project_id: string
    token: string
    tasks: Record<'sentiment' | 'photo' | 'summary', string>
  }
  readonly below: readonly ListedProcess[]
}

test('a start prints a curl that works, writes its ids for scripts, and keeps all data for the next one', async (t) => {
  const dataDir = await makeDataDir(t)
  const first = await start(t, dataDir)
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

  const second = await start(t, dataDir)
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
async function checkConsole({ text, demo }: Started): Promise<void> {
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
async function checkHistory({ url, org_id, project_id, token, tasks }: Started['demo']): Promise<void> {
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

test('a killed worker is started again, and neither it nor the API outlives a killed start', async (t) => {
  const dataDir = await makeDataDir(t)
  const { process: dev, text, below } = await start(t, dataDir)
  const killed = below.find((each) => kind(each) === 'worker') ?? assert.fail('there is no worker')
  process.kill(killed.pid, 'SIGKILL')
  await until(() => descendantsOf(dev.pid).some((each) => kind(each) === 'worker' && each.pid !== killed.pid))
  assert.equal((await pastedCurl(text)).status, 'succeeded')

  const left = descendantsOf(dev.pid)
  await dev.stop('SIGKILL')
  await until(() => stillRunning(left).every((each) => kind(each) === 'redis'))

  // The server that is left serves the next start, which ends it.
  const next = await start(t, dataDir)
  assert.equal((await pastedCurl(next.text)).status, 'succeeded')
  await next.process.stop('SIGINT')
  assert.deepEqual(stillRunning([...left, ...next.below]), [])
})

test('a killed Redis is started again, and the run that was executed meanwhile succeeds', async (t) => {
  const model = await startSimulatedModel({ latencyMs: 3_000 })
  t.after(() => model.close())
  const started = await start(t, await makeDataDir(t), { OPENAI_BASE_URL: model.url })
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
  process.kill(killed.pid, 'SIGKILL')
  await until(() => descendantsOf(dev.pid).some((each) => kind(each) === 'redis' && each.pid !== killed.pid))
  await until(async () => (await status()) === 'succeeded')
  assert.equal((await pastedCurl(started.text)).status, 'succeeded')

  const left = descendantsOf(dev.pid)
  assert.deepEqual(await dev.stop('SIGINT'), { code: 0, signal: null })
  assert.deepEqual(stillRunning([...below, ...left]), [])
})

test('with OPENAI_BASE_URL, that server answers instead of the simulated model', async (t) => {
  const model = await startSimulatedModel()
  t.after(() => model.close())
  const { process: dev, text, below } = await start(t, await makeDataDir(t), { OPENAI_BASE_URL: model.url })
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
  const { process: dev, text, demo, below } = await start(t, await makeDataDir(t), { SPLITRUN_MODELS_FILE })
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

async function makeDataDir(t: Cleanup): Promise<string> {
  const dataDir = await mkdtemp(join(tmpdir(), 'splitrun-start-'))
  t.after(async () => {
    for (const { pid, command } of listProcesses())
      if (command.includes(dataDir)) process.kill(pid, 'SIGKILL')
    await rm(dataDir, { recursive: true, force: true })
  })
  await lendRedisProgram(dataDir)
  return dataDir
}

async function start(t: Cleanup, dataDir: string, env: Record<string, string> = {}): Promise<Started> {
  const dev = startProcess(t, 'dev', { PORT: '0', SPLITRUN_DATA_DIR: dataDir, ...env })
  await dev.wrote(/Ctrl-C.*\n/)
  return {
    process: dev,
    text: dev.output(),
    demo: JSON.parse(await readFile(join(dataDir, 'dev.json'), 'utf8')),
    below: descendantsOf(dev.pid),
  }
}

/** Makes the request of the printed curl, from its very words. */
// biome-ignore lint/suspicious/noExplicitAny: a test looks into the answer
async function pastedCurl(text: string): Promise<any> {
  const words = [...text.slice(text.indexOf('curl ')).matchAll(/'([^']*)'|(\S+)/g)].map(
    ([, quoted, bare]) => quoted ?? bare ?? '',
  )
  const after = (flag: string): string[] =>
    words.flatMap((word, at) => (word === flag ? [words[at + 1] ?? ''] : []))
  const headers = after('-H').map((line) => line.split(': ', 2) as [string, string])
  const answer = await fetch(after('-s')[0] ?? '', { method: 'POST', headers, body: after('-d')[0] ?? '' })
  const body = await answer.json()
  assert.equal(answer.status, 200, JSON.stringify(body))
  return body
}

function kind({ command }: ListedProcess): string {
  return /cli\.ts (\w+)/.exec(command)?.[1] ?? (/redis|valkey/.test(command) ? 'redis' : command)
}
const kinds = (all: readonly ListedProcess[]): string[] => all.map(kind).sort()

function stillRunning(some: readonly ListedProcess[]): ListedProcess[] {
  const pids = new Set(listProcesses().map(({ pid }) => pid))
  return some.filter(({ pid }) => pids.has(pid))
}
