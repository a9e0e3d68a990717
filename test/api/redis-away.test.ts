import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startSystem, until } from '../support/system.ts'

test('without Redis a call is refused at once, and everything goes on by itself when it is back', async (t) => {
  const system = await startSystem(t)
  const task = await system.createTask()
  const run = () => system.call('POST', `/task/${task}/run`, { task_input: { text: 'tea' } })
  assert.equal((await run()).status, 200)

  await system.redis.kill()
  await until(async () => (await fetch(`${system.checkedUrl}/readyz`)).status === 503)
  const refused = await run()
  assert.equal(refused.status, 503)
  assert.equal(refused.body.detail.reason, 'STORE_UNAVAILABLE')
  assert.ok(refused.headers.get('retry-after'))
  assert.equal((await fetch(`${system.checkedUrl}/healthz`)).status, 200)

  // This Redis keeps nothing: the project is gone with it, but not the service.
  await system.redis.start()
  await until(async () => (await fetch(`${system.checkedUrl}/readyz`)).status === 200)
  await until(async () => (await run()).status === 401)
})
