import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { openAiClient } from '../../support/openai-client.ts'
import { until, useSystem } from '../../support/system.ts'

describe('a response that goes on', () => {
  const running = useSystem({ model: { faults: { hang: 1 } } })

  test('is cancelled, and says so to whoever waits for it', async () => {
    const system = running()
    const client = openAiClient(system)
    const task = await system.createTask()
    const prompt = { id: task, variables: { text: 'tea' } }
    const { id } = await client.responses.create({ prompt, background: true })
    await until(async () => (await client.responses.retrieve(id)).status === 'in_progress')
    const cancelled = await client.responses.cancel(id)
    assert.equal(cancelled.status, 'cancelled')
    assert.deepEqual([cancelled.output, cancelled.error], [[], null])
    assert.equal((await client.responses.retrieve(id)).status, 'cancelled')
  })
})
