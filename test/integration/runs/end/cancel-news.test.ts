import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { isFinal, type RunRecord } from '../../../../src/runs/run.ts'
import { shardKeys } from '../../../../src/runs/store/run-keys.ts'
import { claimed } from '../../../support/runs.ts'
import { type System, startSystem, until, useSystem } from '../../../support/system.ts'

const INPUT = { task_input: { text: 'tea' } }

async function submit(system: System, task: string): Promise<string> {
  return (await system.call('POST', `/task/${task}/run?wait=0`, INPUT)).body.id
}

async function ended({ core }: System, id: string): Promise<RunRecord> {
  await until(async () => isFinal((await core.runs.get(id))?.status ?? 'queued'))
  return (await core.runs.get(id)) ?? assert.fail('it is not there')
}

describe('a cancel whose news is lost', () => {
  const running = useSystem({ model: { latencyMs: 60_000 } })

  test('thousands of cancels of one run hide no cancel of another one', async () => {
    const system = running()
    const task = await system.createTask()
    const [flooded, other] = [await submit(system, task), await submit(system, task)]
    const { runs } = system.core
    await until(async () => (await runs.get(flooded))?.status === 'running')
    await until(async () => (await runs.get(other))?.status === 'running')
    await Promise.all([
      ...Array.from({ length: 3000 }, () => runs.requestCancel(flooded)),
      system.call('POST', `/task/${task}/run/${other}/cancel`),
    ])
    for (const id of [flooded, other]) {
      const { status, attempts } = await ended(system, id)
      assert.deepEqual([status, attempts.map(({ outcome }) => outcome)], ['cancelled', ['cancelled']])
    }
  })

  test('a worker that was cut off when it was told finds it in the record as soon as it listens again', async () => {
    const system = running()
    const task = await system.createTask()
    const id = await submit(system, task)
    const { runs, redis } = system.core
    await until(async () => (await runs.get(id))?.status === 'running')
    // As if the news had gone out while nobody listened.
    await redis.hset(shardKeys(0).run(id), 'cancel', '1')
    await redis.call('CLIENT', 'KILL', 'TYPE', 'pubsub')
    assert.equal((await ended(system, id)).status, 'cancelled')
  })
})

describe('a run that is cancelled while its worker gives it back', () => {
  const running = useSystem({ workers: 0 })

  test('stays with the worker, which ends it: it is never queued again', async () => {
    const system = running()
    const { runs, redis } = system.core
    const task = await system.createTask()
    const id = await submit(system, task)
    const record = (await runs.get(id)) ?? assert.fail('it is not there')
    const claim = await claimed(redis, runs, record.request)
    assert.equal(await runs.requestCancel(id), 'running')
    for (const deferMs of [0, 60_000]) assert.equal(await runs.release(claim, [], deferMs), 'cancelled')
    assert.equal((await runs.get(id))?.status, 'running')
  })
})

test('cancels that meet a model which refuses every call end their runs, each once', async (t) => {
  const system = await startSystem(t, {
    model: { faults: { rateLimited: 1 } },
    env: { SPLITRUN_CONCURRENCY: '10', SPLITRUN_MODEL_ATTEMPTS: '20', SPLITRUN_MODEL_BACKOFF: '20ms' },
  })
  const task = await system.createTask()
  const ids: string[] = []
  for (let each = 0; each < 40; each += 1) ids.push(await submit(system, task))
  const responses = await Promise.all(ids.map((id) => system.call('POST', `/task/${task}/run/${id}/cancel`)))
  for (const { status } of responses) assert.equal(status, 200)
  for (const id of ids) {
    const { status, result } = await ended(system, id)
    assert.ok(status === 'cancelled' || result?.error?.reason === 'MODEL_ERROR', status)
  }
})
