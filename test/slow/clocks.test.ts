import assert from 'node:assert/strict'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { newRunId } from '../../src/platform/ids.ts'
import { bullmqKeys } from '../../src/queue/bullmq-keys.ts'
import { type SplitrunProcess, startApiProcess, startWorkerProcess } from '../support/processes.ts'
import { aRequest } from '../support/runs.ts'
import { until, useSystem } from '../support/system.ts'

const PRELOAD = join(import.meta.dirname, '../fixtures/shift-clock.ts')
const INPUT = { task_input: { text: 'tea' } }
const HOUR = 3_600_000
/** Longer than a run takes on a busy machine. */
const TIMEOUT_S = 60
const SHIFTS = {
  'three seconds behind': -3000,
  'as much ahead as runs may last': TIMEOUT_S * 1000,
  'a day ahead': 24 * HOUR,
}

const wrongBy = (ms: number) => ({
  NODE_OPTIONS: `--import=file://${PRELOAD}`,
  SPLITRUN_TEST_CLOCK_MS: String(ms),
})

describe('the clock of one machine', () => {
  const running = useSystem({ workers: 0 })

  // One after the other: a worker that is right must not execute the runs of the one that is wrong.
  for (const [name, ms] of Object.entries(SHIFTS)) {
    test(`may be ${name}: runs last as long as they last, and none expires early`, async (t) => {
      const worker = await startWorkerProcess(t, running(), wrongBy(ms))
      const api = await startApiProcess(t, running(), wrongBy(ms))
      assert.match(worker.output(), /clock differs from Redis/)
      await expectRightTimes(api.url)
      await stop(worker, api)
    })
  }

  test('may be set while processes run', async (t) => {
    const worker = await startWorkerProcess(t, running(), wrongBy(0))
    const api = await startApiProcess(t, running(), wrongBy(0))
    for (const each of [worker, api]) each.signal('SIGUSR2')
    await expectRightTimes(api.url)
    await stop(worker, api)
  })

  test('does not keep the janitor of others from its rounds, when its machine has left', async (t) => {
    const { core } = running()
    const janitor = { SPLITRUN_JANITOR_INTERVAL: '200ms' }
    const right = await startWorkerProcess(t, running(), janitor)
    // Runs stay in the queue: whatever ends there was ended by the janitor.
    await core.redis.hset(bullmqKeys(0).meta, 'paused', '1')
    for (const ms of [24 * HOUR, -24 * HOUR]) {
      await stop(await startWorkerProcess(t, running(), { ...janitor, ...wrongBy(ms) }))
      const run = aRequest({ id: newRunId(0), startBy: Date.now() - 1 })
      assert.deepEqual(await core.runs.create(run, null), { outcome: 'enqueued' })
      await until(async () => (await core.runs.get(run.id))?.status === 'expired')
    }
    await core.redis.hdel(bullmqKeys(0).meta, 'paused')
    await stop(right)
  })

  async function stop(...processes: SplitrunProcess[]): Promise<void> {
    await Promise.all(processes.map((each) => each.stop('SIGTERM')))
  }

  async function expectRightTimes(url: string): Promise<void> {
    const { project, token } = running()
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
    const task = await running().createTask()
    const body = JSON.stringify(INPUT)
    const path = `${url}/api/v1${project}/task/${task}/run?timeout=${TIMEOUT_S}`
    // Submitted to the API whose clock is wrong, and read from the one whose clock is right.
    const answer = await fetch(path, { method: 'POST', headers, body })
    const run = (await answer.json()) as { id: string; status: string }
    assert.deepEqual([answer.status, run.status], [200, 'succeeded'], JSON.stringify(run))
    const shown = (await running().call('GET', `/task/${task}/run/${run.id}`)).body
    const { timings } = shown
    assert.ok(
      Object.values(timings as Record<string, number>).every((each) => each >= 0),
      JSON.stringify(timings),
    )
    // Far from any time that a test can take, and far from a day.
    assert.ok(Math.abs(Date.parse(shown.created) - Date.now()) < HOUR, shown.created)
    assert.equal(Date.parse(shown.deadline) - Date.parse(shown.created), TIMEOUT_S * 1000)
  }
})
