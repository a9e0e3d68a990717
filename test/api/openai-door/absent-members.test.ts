import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type OpenAI from 'openai'
import { BadRequestError } from 'openai'
import { openAiClient } from '../../support/openai-client.ts'
import { useSystem } from '../../support/system.ts'

/** What OpenAI's API lets its clients leave out of the objects within a request. */
describe("members that OpenAI's clients leave out", () => {
  const running = useSystem()
  const messages = [{ role: 'user' as const, content: 'tea' }]

  for (const [modality, types] of [
    ['json', ['text', 'json_object']],
    ['text', ['text']],
  ] as const) {
    for (const type of types) {
      test(`the schema of the format ${type}, of a task that answers with ${modality}`, async () => {
        const task = await running().createTask({ output_modality: modality })
        const client = openAiClient(running())
        const { status } = await client.responses.create({
          prompt: { id: task, variables: { text: 'tea' } },
          text: { format: { type } },
        })
        assert.equal(status, 'completed')
        const { choices } = await client.chat.completions.create({
          ...{ model: `task/${task}`, messages, response_format: { type } },
        })
        assert.equal(choices[0]?.finish_reason, 'stop')
      })
    }
  }

  const items: OpenAI.Responses.ResponseInputItem[] = [
    { type: 'item_reference', id: 'msg_1' },
    { type: 'function_call', call_id: 'a', name: 'find', arguments: '{}' },
    { type: 'function_call_output', call_id: 'a', output: 'found' },
    { type: 'reasoning', id: 'rs_1', summary: [] },
  ]
  for (const item of items) {
    test(`the content of an item ${item.type}: it is refused as a part of a history, at its place`, async () => {
      const task = await running().createTask()
      const refused = openAiClient(running()).responses.create({
        prompt: { id: task, variables: { text: 'tea' } },
        input: [item],
      })
      await assert.rejects(refused, (error) => {
        assert.ok(error instanceof BadRequestError)
        assert.deepEqual([error.code, error.param], ['unsupported_parameter', 'input[0]'])
        assert.match(error.message, /turns before it/)
        return true
      })
    })
  }

  test('a schema where one is asked for is missing at its place', async () => {
    const task = await running().createTask()
    const client = openAiClient(running())
    const prompt = { id: task, variables: { text: 'tea' } }
    const format = { type: 'json_schema', name: 'x' } as never
    await assert.rejects(client.responses.create({ prompt, text: { format } }), {
      ...{ status: 400, code: 'missing_required_parameter', param: 'text.format.schema' },
    })
    const response_format = { type: 'json_schema', json_schema: { name: 'x' } } as const
    const chat = { model: `task/${task}`, messages, response_format }
    await assert.rejects(client.chat.completions.create(chat), {
      ...{ status: 400, code: 'missing_required_parameter', param: 'response_format.json_schema.schema' },
    })
  })
})
