import assert from 'node:assert/strict'
import { test } from 'node:test'
import { drillStop } from '../chaos/drill-stop.ts'
import { isGood, printTable, tabulateDrill } from '../chaos/verdict.ts'
import { startApiProcess, startWorkerProcess } from '../support/processes.ts'
import { startSystem, until } from '../support/system.ts'

/** Each round starts two processes: on a busy machine that alone takes minutes. */
const PATIENTLY = { timeout: 300_000 }

test(
  'whenever an API process and a worker are stopped, they exit 0, answer their callers and use up no attempt',
  PATIENTLY,
  async (t) => {
    const options = { seed: 1, rounds: 3, runsPerRound: 12 }
    const table = tabulateDrill(await drillStop(t, options, () => {}, t.signal))
    assert.ok(isGood(table), `\n${printTable(table)}`)
  },
)

test('processes that are stopped while Redis is away exit 0, with a run in hand and a caller that waits', async (t) => {
  const system = await startSystem(t, { workers: 0, model: { faults: { hang: 1 } } })
  const task = await system.createTask()
  const env = { SPLITRUN_SHUTDOWN_GRACE: '0s' }
  const [api, worker] = await Promise.all([
    startApiProcess(t, system, env),
    startWorkerProcess(t, system, env),
  ])
  const answered = fetch(`${api.url}/api/v1${system.project}/task/${task}/run`, {
    method: 'POST',
    headers: { authorization: `Bearer ${system.token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ task_input: { text: 'tea' } }),
  })
  await until(() => system.model.stats()['hang'] === 1)
  await system.redis.kill()
  const exits = await Promise.all([api.stop('SIGTERM'), worker.stop('SIGTERM')])
  assert.deepEqual(exits, [
    { code: 0, signal: null },
    { code: 0, signal: null },
  ])
  const answer = await answered
  assert.equal(answer.status, 202)
  assert.match(answer.headers.get('x-task-run-id') ?? '', /^[0-9a-f-]{36}$/)
})

test('a second Ctrl-C ends a process that waits for its work', async (t) => {
  const system = await startSystem(t, { workers: 0, model: { faults: { hang: 1 } } })
  const task = await system.createTask()
  const worker = await startWorkerProcess(t, system, { SPLITRUN_SHUTDOWN_GRACE: '600s' })
  await system.call('POST', `/task/${task}/run?wait=0`, { task_input: { text: 'tea' } })
  await until(() => system.model.stats()['hang'] === 1)
  worker.signal('SIGINT')
  await worker.wrote(/"stopping"/)
  assert.deepEqual(await worker.stop('SIGINT'), { code: 130, signal: null })
})
