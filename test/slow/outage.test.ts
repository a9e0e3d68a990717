import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { isFinal } from '../../src/runs/run.ts'
import { startApiProcess, startWorkerProcess } from '../support/processes.ts'
import { startSystem, until } from '../support/system.ts'

/** How long Redis is away. Beyond six seconds workers of some BullMQ versions never came back (its issue 4585). */
const SECONDS = Number(process.env['SPLITRUN_TEST_OUTAGE'] ?? 8)

test(`processes of their own live through ${SECONDS} s without Redis, and every run ends once`, async (t) => {
  const system = await startSystem(t, { workers: 0, durable: true, model: { latencyMs: 50 } })
  const task = await system.createTask()
  const [api, worker] = await Promise.all([
    startApiProcess(t, system),
    startWorkerProcess(t, system, {
      SPLITRUN_LOCK_DURATION: '2s',
      SPLITRUN_STALLED_INTERVAL: '1s',
      SPLITRUN_JANITOR_INTERVAL: '1s',
    }),
  ])
  const submit = async (): Promise<string | null> => {
    const answer = await fetch(`${api.url}${system.project}/task/${task}/run?wait=0`, {
      method: 'POST',
      headers: { authorization: `Bearer ${system.token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ task_input: { text: 'tea' } }),
    })
    const body = (await answer.json()) as { id: string }
    if (answer.status === 202) return body.id
    assert.equal(answer.status, 503)
    return null
  }
  const accepted = await Promise.all(Array.from({ length: 100 }, submit))
  // Some have been executed, some are in hand, most wait.
  await until(() => (system.model.stats()['answered'] ?? 0) > 0)
  await system.redis.kill()
  await pause(SECONDS * 1000)
  await system.redis.start()
  await until(async () => {
    const id = await submit()
    if (id) accepted.push(id)
    return id !== null
  })

  const ids = accepted.filter((id) => id !== null)
  assert.ok(ids.length > 100)
  await until(async () => {
    // This process's own connection comes back in its own time.
    const records = await system.core.runs.getMany(ids).catch(() => [])
    return records.length > 0 && records.every((record) => isFinal(record?.status ?? 'queued'))
  })
  for (const record of await system.core.runs.getMany(ids)) {
    assert.equal(record?.status, 'succeeded')
    assert.equal(record?.attempts.filter(({ outcome }) => outcome === 'succeeded').length, 1)
  }
  assert.deepEqual(await worker.stop('SIGTERM'), { code: 0, signal: null })
})
