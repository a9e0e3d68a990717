import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { isFinal } from '../../../../src/runs/run.ts'
import { startSystem, until } from '../../../support/system.ts'

test('an answer that comes while Redis is away is kept in hand: the model is asked once', async (t) => {
  let calls = 0
  let answer = (): void => {}
  const model = createServer((_, response) => {
    calls += 1
    const message = { role: 'assistant', content: '{"answer": "tea", "score": 1}' }
    response.setHeader('content-type', 'application/json')
    answer = () => response.end(JSON.stringify({ choices: [{ message, finish_reason: 'stop' }] }))
  })
  await new Promise<void>((resolve) => model.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    model.close()
    model.closeAllConnections()
  })
  const system = await startSystem(t, {
    durable: true,
    env: { SPLITRUN_SIMULATED_URL: `http://127.0.0.1:${(model.address() as AddressInfo).port}/v1` },
  })
  const task = await system.createTask()
  const { body } = await system.call('POST', `/task/${task}/run?wait=0`, { task_input: { text: 'tea' } })
  await until(() => calls === 1)
  await system.redis.kill()
  answer()
  await system.redis.start()

  await until(async () => {
    const record = await system.core.runs.get(body.id).catch(() => null)
    return record !== null && isFinal(record.status)
  })
  const record = await system.core.runs.get(body.id)
  assert.equal(record?.status, 'succeeded')
  assert.deepEqual(
    record?.attempts.map(({ outcome }) => outcome),
    ['succeeded'],
  )
  assert.equal(calls, 1)
})
