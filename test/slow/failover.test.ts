import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isFinal } from '../../src/runs/run.ts'
import { startWatchedRedis, type WatchedRedis } from '../support/sentinel.ts'
import { startSystem, until } from '../support/system.ts'

test('when the master dies Sentinel names another, and every run that was accepted ends once', async (t) => {
  let redis: WatchedRedis | undefined
  const system = await startSystem(t, {
    redisUrl: async (last) => {
      redis = await startWatchedRedis(last)
      return redis.url
    },
    env: { SPLITRUN_LOCK_DURATION: '2s', SPLITRUN_STALLED_INTERVAL: '1s', SPLITRUN_JANITOR_INTERVAL: '1s' },
    model: { latencyMs: 100 },
  })
  const task = await system.createTask()
  const submit = () =>
    system
      .call('POST', `/task/${task}/run?wait=0`, { task_input: { text: 'tea' } })
      .then(({ status, body }) => {
        if (status === 202) return body.id as string
        assert.deepEqual([status, body.detail.reason], [503, 'STORE_UNAVAILABLE'])
        return null
      })
  const accepted = (await Promise.all(Array.from({ length: 100 }, submit))).filter((id) => id !== null)
  assert.equal(accepted.length, 100)
  // What the replica has not got yet when the master dies is lost, as ever with Redis: so it has it.
  assert.equal(await system.core.redis.wait(1, 60_000), 1)
  const waiting = system.call('POST', `/task/${task}/run`, { task_input: { text: 'tea' } })
  await redis?.killMaster()

  let refused = 0
  await until(async () => {
    const id = await submit()
    if (id === null) refused += 1
    else accepted.push(id)
    return id !== null
  })
  assert.ok(refused > 0)
  await until(async () =>
    (await system.core.runs.getMany(accepted)).every((record) => isFinal(record?.status ?? 'queued')),
  )
  for (const record of await system.core.runs.getMany(accepted)) {
    assert.equal(record?.status, 'succeeded')
    assert.equal(record?.attempts.filter(({ outcome }) => outcome === 'succeeded').length, 1)
  }
  // It came too late for the replica, or not: it is answered either way.
  const { status } = await waiting
  assert.ok([200, 503].includes(status), `${status}`)
})
