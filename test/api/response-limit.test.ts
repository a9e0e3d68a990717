import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { useSystem } from '../support/system.ts'

describe("the length of a model's answer", () => {
  const running = useSystem({ env: { SPLITRUN_RESPONSE_LIMIT: '256' } })

  /** Runs a task whose answer is known to be `{"a":"…"}`, of the given length. */
  async function answerOf(length: number) {
    const system = running()
    const only = 'x'.repeat(length - '{"a":""}'.length)
    const task = await system.createTask({ output_format: { a: { type: 'string', options: [only] } } })
    return system.call('POST', `/task/${task}/run`, { task_input: { text: 'tea' } })
  }

  test('is accepted at its limit, and one past it fails the run', async () => {
    const whole = await answerOf(256)
    assert.deepEqual([whole.status, whole.body.response?.a.length], [200, 248])
    const past = await answerOf(257)
    assert.deepEqual([past.status, past.body.detail.reason], [502, 'OUTPUT_INVALID'])
    assert.equal(past.body.detail.run.response, null)
  })
})
