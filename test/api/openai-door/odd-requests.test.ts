import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { BadRequestError } from 'openai'
import { openAiClient } from '../../support/openai-client.ts'
import { useSystem } from '../../support/system.ts'

describe("what OpenAI's clients may send, and tasks know otherwise", () => {
  const running = useSystem()
  const responses = (body: object) => openAiClient(running()).responses.create(body).withResponse()
  const chat = (body: object) =>
    openAiClient(running())
      .chat.completions.create(body as never)
      .withResponse()
  async function refuses(call: Promise<unknown>, param: string, code: string, why: RegExp): Promise<void> {
    await assert.rejects(call, (error) => {
      assert.ok(error instanceof BadRequestError, String(error))
      assert.deepEqual([error.param, error.code], [param, code])
      assert.match(error.message, why)
      return true
    })
  }

  test('an item among the variables whose type is no word is refused as one that is not known', async () => {
    const id = await running().createTask()
    const text = { type: `input_${'x'.repeat(200)}`, text: 'tea' }
    await refuses(
      responses({ prompt: { id, variables: { text } } }),
      'prompt.variables.text.type',
      'invalid_value',
      /100/,
    )
  })

  for (const turn of [
    { role: 'assistant', content: '', function_call: { name: 'f', arguments: '{}' } },
    { role: 'assistant', content: null, refusal: 'No.' },
    { role: 'assistant', content: null, audio: { id: 'audio_1' } },
    { role: 'tool', content: '', tool_call_id: 'call_1' },
  ]) {
    const what = Object.keys(turn).at(-1)
    test(`a turn before the message is refused, though it has no content: ${turn.role}, ${what}`, async () => {
      const model = `task/${await running().createTask()}`
      const messages = [turn, { role: 'user', content: 'tea' }]
      await refuses(chat({ model, messages }), 'messages[0]', 'unsupported_parameter', /turns before it/)
    })
  }

  test('a message that says nothing at all is passed over, whoever it is of', async () => {
    const model = `task/${await running().createTask()}`
    const silent = ['system', 'developer', 'assistant'].map((role) => ({ role, content: '' }))
    const { data } = await chat({ model, messages: [...silent, { role: 'user', content: 'tea' }] })
    assert.equal(data.choices[0]?.finish_reason, 'stop')
  })
})
