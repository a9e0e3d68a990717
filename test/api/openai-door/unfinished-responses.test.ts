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

  test('is told before its client would give up and send it again, so that it stays one run', async () => {
    const system = running()
    const task = await system.createTask()
    const prompt = { id: task, variables: { text: 'tea' } }
    const messages = [{ role: 'user' as const, content: 'tea' }]
    for (const name of ['x-stainless-timeout', 'x-stainless-read-timeout']) {
      const client = openAiClient(system, { maxRetries: 2, defaultHeaders: { [name]: '0.2' } })
      assert.equal((await client.responses.create({ prompt })).status, 'in_progress')
      await assert.rejects(client.chat.completions.create({ model: `task/${task}`, messages }), {
        ...{ status: 504, code: 'run_unfinished' },
      })
    }
    const { body } = await system.call('GET', `/task/${task}/run?fields=summary`)
    assert.equal(body.results.length, 4)
    for (const { id } of body.results) await system.call('POST', `/task/${task}/run/${id}/cancel`)
  })

  test("OpenAI's client says when it gives up, where the call itself says so", async () => {
    const told: (string | null)[] = []
    const client = openAiClient(running(), {
      fetch: async (_, init) => {
        told.push(new Headers(init?.headers).get('x-stainless-timeout'))
        return Response.json({ object: 'list', data: [] })
      },
    })
    await client.models.list({ timeout: 8000 })
    await client.models.list()
    // If it says so by itself one day, the guide is to say so, too.
    assert.deepEqual(told, ['8', null])
  })
})
