import assert from 'node:assert/strict'
import { test } from 'node:test'
import { shardKeys } from '../../src/runs/store/run-keys.ts'
import { QUICK_LOCKS, startWorkerProcess } from '../support/processes.ts'
import { assertExactRollups, recordsOf } from '../support/records.ts'
import { speakModels } from '../support/spoken-model.ts'
import { startSystem, until } from '../support/system.ts'

const SHARDS = 3
const TWINS = 100

for (const signal of ['SIGKILL', 'SIGTERM'] as const) {
  test(`when the worker that executes for a hundred twins gets ${signal}, one of them takes over, and no other asks`, async (t) => {
    const model = await speakModels(t, { spoken: {} })
    const env = {
      ...model.env,
      SPLITRUN_SHARDS: String(SHARDS),
      ...QUICK_LOCKS,
      SPLITRUN_SHUTDOWN_GRACE: '0s',
    }
    const system = await startSystem(t, { workers: 0, env })
    const task = await system.createTask({ output_modality: 'text', llm_model_id: 'spoken', cache: 600 })
    const start = async () =>
      (await system.call('POST', `/task/${task}/run?wait=0`, { task_input: { text: 'tea' } })).body
        .id as string
    const victim = await startWorkerProcess(t, system, env)
    const first = await start()
    const lost = await model.next()
    await startWorkerProcess(t, system, env)
    const ids = [first, ...(await Promise.all(Array.from({ length: TWINS - 1 }, start)))]
    const deferred = async () => {
      const counts = Array.from({ length: SHARDS }, (_, shard) =>
        system.core.redis.zcard(shardKeys(shard).deferred),
      )
      return (await Promise.all(counts)).reduce((sum, count) => sum + count, 0)
    }
    await until(async () => (await deferred()) >= TWINS - 1)

    await victim.stop(signal)
    const call = await model.next()
    assert.equal(model.calls(), 2)
    call.say('after all')
    call.end()
    lost.cut()
    await until(async () => (await recordsOf(system, ids)).every(({ status }) => status === 'succeeded'))
    assert.equal(model.calls(), 2)
    const records = await recordsOf(system, ids)
    const executed = records.filter(({ result }) => result?.cachedFrom === undefined)
    assert.equal(executed.length, 1)
    assert.ok(
      records.every(
        ({ request, result }) =>
          request.id === executed[0]?.request.id || result?.cachedFrom === executed[0]?.request.id,
      ),
    )
    assert.ok(records.every(({ result }) => result?.response === 'after all'))
    await assertExactRollups(system, records)
  })
}
