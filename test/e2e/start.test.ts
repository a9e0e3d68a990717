import assert from 'node:assert/strict'
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import {
  checkHistory,
  kinds,
  makeDataDir,
  pastedCurl,
  type StartedDemo,
  startDemo,
  stillRunning,
} from '../support/started-demo.ts'
import { until } from '../support/system.ts'

test('a start prints a curl that works, writes its ids for scripts, and fills the console', async (t) => {
  const dataDir = await makeDataDir(t)
  const first = await startDemo(t, dataDir, { SPLITRUN_METRICS_PORT: '0' })
  assert.deepEqual(Object.keys(first.demo), ['url', 'admin_token', 'org_id', 'project_id', 'token', 'tasks'])
  assert.deepEqual(Object.keys(first.demo.tasks), ['sentiment', 'photo', 'summary'])
  for (const name of ['dev.json', 'dev.env'])
    assert.equal((await stat(join(dataDir, name))).mode & 0o777, 0o600)
  assert.match(first.text, /simulated/)
  assert.ok(first.text.includes(dataDir), 'says where the data is')
  assert.deepEqual(kinds(first.below), ['api', 'redis', 'worker'])

  await checkLogs(dataDir)
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
})

/** The log of each process says that nothing real answers, and at which port of its own its metrics and health are. */
async function checkLogs(dataDir: string): Promise<void> {
  for (const name of ['api', 'worker']) {
    let [port, log] = ['', '']
    await until(async () => {
      log = await readFile(join(dataDir, 'logs', `${name}.log`), 'utf8')
      port = /"metrics_port":(\d+)/.exec(log)?.[1] ?? ''
      return port !== ''
    })
    assert.match(log, /no model is configured/)
    assert.equal((await fetch(`http://127.0.0.1:${port}/healthz`)).status, 200, name)
  }
}

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
