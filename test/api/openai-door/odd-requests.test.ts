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

  test('what the other API knows by another name is refused with the name that it has here', async () => {
    const id = await running().createTask()
    const prompt = { id, variables: { text: 'tea' } }
    for (const [body, here] of [
      [{ max_tokens: 5 }, 'max_output_tokens'],
      [{ max_completion_tokens: 5 }, 'max_output_tokens'],
      [{ response_format: { type: 'json_object' } }, 'text.format'],
      [{ reasoning_effort: 'low' }, 'reasoning.effort'],
      [{ messages: [{ role: 'user', content: 'tea' }] }, 'input'],
      [{ task_input: { text: 'tea' } }, 'prompt.variables'],
    ] as const) {
      const [name = ''] = Object.keys(body)
      await refuses(
        responses({ prompt, ...body }),
        name,
        'unsupported_parameter',
        new RegExp(`is ${here} here`),
      )
    }
    const asked = { model: `task/${id}`, messages: [{ role: 'user', content: 'tea' }] }
    for (const [body, here] of [
      [{ max_output_tokens: 5 }, 'max_completion_tokens'],
      [{ text: { format: { type: 'json_object' } } }, 'response_format'],
      [{ reasoning: { effort: 'low' } }, 'reasoning_effort'],
      [{ input: 'tea' }, 'messages'],
      [{ prompt: { id } }, 'model'],
    ] as const) {
      const [name = ''] = Object.keys(body)
      await refuses(chat({ ...asked, ...body }), name, 'unsupported_parameter', new RegExp(`is ${here} here`))
    }
  })

  test('parameters of the model that only chats name at OpenAI are acted on in responses, too', async () => {
    const id = await running().createTask()
    const given = { seed: 7, stop: ['END'], frequency_penalty: 0.5, presence_penalty: -0.5 }
    const { data, response } = await responses({ prompt: { id, variables: { text: 'tea' } }, ...given })
    assert.equal(response.headers.get('x-ignored-fields'), null)
    const run = response.headers.get('x-task-run-id')
    const { body } = await running().call('GET', `/task/${id}/run/${run}`)
    assert.partialDeepStrictEqual(body.llm_config, given)
    assert.equal(data.status, 'completed')
  })

  test('an input that says otherwise than the variables is refused, and one that adds to them is not', async () => {
    const id = await running().createTask({ user_prompt: 'About {text} in {language}.' })
    const prompt = { id, variables: { text: 'tea', language: 'en' } }
    const twice = responses({ prompt, input: '{"text": "coffee"}' })
    await refuses(twice, 'input.text', 'invalid_value', /contradicts prompt.variables/)
    for (const input of ['{"more": "milk"}', '{"text": "tea"}']) {
      const { data } = await responses({ prompt, input })
      assert.equal(data.status, 'completed')
    }
  })

  test('what a reader of a response asks for that it has not is named', async () => {
    const id = await running().createTask()
    const client = openAiClient(running())
    const { data } = await responses({ prompt: { id, variables: { text: 'tea' } } })
    const read = await client.responses
      .retrieve(data.id, { include: ['reasoning.encrypted_content'], include_obfuscation: false })
      .withResponse()
    assert.equal(read.response.headers.get('x-ignored-fields'), 'include[], include_obfuscation')
    assert.equal(read.data.id, data.id)
  })
})
