import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { useSystem } from '../support/system.ts'

describe("the length of a model's answer", () => {
  const running = useSystem({ env: { SPLITRUN_RESPONSE_LIMIT: '256' } })

  /** Runs a task whose answer is known to be `{"a":"…"}`, of so many bytes. */
  async function answerOf(bytes: number, letter = 'x') {
    const system = running()
    const only = letter.repeat((bytes - '{"a":""}'.length) / Buffer.byteLength(letter))
    const task = await system.createTask({ output_format: { a: { type: 'string', options: [only] } } })
    return system.call('POST', `/task/${task}/run`, { task_input: { text: 'tea' } })
  }

  test('is accepted at its limit, and one past it fails the run', async () => {
    const whole = await answerOf(256)
    assert.deepEqual([whole.status, whole.body.response?.a.length], [200, 248])
    const past = await answerOf(257)
    assert.deepEqual([past.status, past.body.detail.reason], [502, 'OUTPUT_INVALID'])
    assert.equal(past.body.detail.run.response, null)
    // In bytes, however many characters they are.
    assert.deepEqual([(await answerOf(256, 'é')).status, (await answerOf(258, 'é')).status], [200, 502])
  })
})
