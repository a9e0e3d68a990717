import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { Agent, request } from 'node:http'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { freePorts } from '../support/free-ports.ts'
import { startApiProcess } from '../support/processes.ts'
import { startSystem, until } from '../support/system.ts'

const HELD = 2000
/** Most memory that one held call may cost, in kB; it is about a third of that. */
const MOST_EACH = 150

test(`${HELD} idle long polls on one API process cost little memory, and others are served meanwhile`, async (t) => {
  // No worker: what is polled for does not come.
  const system = await startSystem(t, { workers: 0 })
  const [metricsPort = 0] = await freePorts(1)
  const api = await startApiProcess(t, system, { SPLITRUN_METRICS_PORT: String(metricsPort) })
  const task = await system.createTask()
  const { body: run } = await system.call('POST', `/task/${task}/run?wait=0`, { task_input: { text: 'tea' } })

  const memory = async () =>
    Number((await promisify(execFile)('ps', ['-o', 'rss=', '-p', String(api.pid)])).stdout)
  const waiting = async () => {
    const text = await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text()
    return Number(/^splitrun_waiting_calls (\d+)/m.exec(text)?.[1])
  }
  const headers = { authorization: `Bearer ${system.token}`, 'content-type': 'application/json' }
  const path = `${system.project}/task/${task}/run`
  assert.equal((await fetch(`${api.url}${path}/${run.id}`, { headers })).status, 200)
  const before = await memory()

  const agent = new Agent()
  t.after(() => agent.destroy())
  const answers = Array.from(
    { length: HELD },
    () =>
      new Promise<number>((resolve, reject) => {
        const poll = request(`${api.url}${path}/${run.id}?wait=100`, { headers, agent }, (answer) => {
          answer.resume().once('end', () => resolve(answer.statusCode ?? 0))
        })
        poll.on('error', reject)
        poll.end()
      }),
  )
  const all = Promise.all(answers)
  all.catch(() => {})
  await until(async () => (await waiting()) === HELD)

  const each = ((await memory()) - before) / HELD
  t.diagnostic(`${each.toFixed(1)} kB for each of ${HELD} held calls; ${Math.round(before / 1000)} MB before`)
  assert.ok(each < MOST_EACH, `${each} kB`)

  const started = performance.now()
  for (let call = 0; call < 20; call += 1) {
    const submitted = await fetch(`${api.url}${path}?wait=0`, {
      method: 'POST',
      headers,
      body: JSON.stringify({ task_input: { text: `text ${call}` } }),
    })
    assert.equal(submitted.status, 202)
    await submitted.json()
  }
  t.diagnostic(`${((performance.now() - started) / 20).toFixed(1)} ms for a submission meanwhile`)

  // The end of the one run reaches them all.
  const cancelled = await fetch(`${api.url}${path}/${run.id}/cancel`, { method: 'POST', headers })
  assert.equal(cancelled.status, 200)
  assert.deepEqual([...new Set(await all)], [200])
  await until(async () => (await waiting()) === 0)
})
