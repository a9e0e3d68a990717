import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Model, ModelRequest, OutputCapability } from '../../../../src/models/model.ts'
import { toChatRequest } from '../../../../src/models/protocol/chat-request.ts'

function request(
  over: Partial<ModelRequest> = {},
  output: OutputCapability = 'json_schema',
  baseUrl?: string,
) {
  const server = { name: 's', baseUrl: baseUrl ?? 'http://127.0.0.1:1/v1', apiKey: '', timeoutMs: 1000 }
  const model = { upstreamName: 'upstream', output, server } as Model
  return toChatRequest({ model, messages: [], parameters: {}, schema: null, ...over })
}

test('the shape of the answer is asked for as the model can', () => {
  const schema = { type: 'object' }
  assert.deepEqual(request({ schema }).response_format, {
    type: 'json_schema',
    json_schema: { name: 'response', strict: true, schema },
  })
  assert.deepEqual(request({ schema }, 'json_object').response_format, { type: 'json_object' })
  assert.ok(!('response_format' in request({ schema }, 'none')))
  assert.ok(!('response_format' in request()))
})

test('images follow the text of a user message as data URLs', () => {
  const images = [{ mediaType: 'image/png', base64: 'AAAA' }]
  const image = { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } }
  const { messages } = request({
    messages: [
      { role: 'system', text: 'rules' },
      { role: 'user', text: 'look', images },
      { role: 'user', text: '', images },
    ],
  })
  assert.deepEqual(JSON.parse(JSON.stringify(messages)), [
    { role: 'system', content: 'rules' },
    { role: 'user', content: [{ type: 'text', text: 'look' }, image] },
    { role: 'user', content: [image] },
  ])
})

test('only the servers of OpenAI are sent max_completion_tokens', () => {
  const parameters = { max_tokens: 9, temperature: 0, seed: 1 }
  const sent = (baseUrl: string) => {
    const { messages: _, model: __, ...rest } = request({ parameters }, 'none', baseUrl)
    return rest
  }
  const theirs = { max_completion_tokens: 9, temperature: 0, seed: 1 }
  assert.deepEqual(sent('https://api.openai.com/v1'), theirs)
  assert.deepEqual(sent('https://eu.api.openai.com/v1'), theirs)
  assert.deepEqual(sent('https://notapi.openai.com.example/v1'), parameters)
  assert.deepEqual(sent('http://localhost:8000/v1'), parameters)
})
