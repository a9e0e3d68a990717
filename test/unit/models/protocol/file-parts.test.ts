import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { FilePart, ModelRequest } from '../../../../src/models/model.ts'
import { toChatRequest } from '../../../../src/models/protocol/chat-request.ts'
import { estimateFileTokens } from '../../../../src/models/protocol/estimate-tokens.ts'
import { toResponsesRequest } from '../../../../src/models/protocol/responses-request.ts'
import { describeModel } from '../../../../src/models/servers/describe-model.ts'

const base64 = Buffer.from('bytes').toString('base64')
const pdf: FilePart = { kind: 'pdf', name: 'a "b".pdf', mediaType: 'application/pdf', base64 }
const mp3: FilePart = { kind: 'mp3', name: 'a.mp3', mediaType: 'audio/mp3', base64 }
const server = { name: 's', baseUrl: 'http://x.test/v1', apiKey: '', timeoutMs: 1000 }
const model = describeModel({ name: 'm', provider: 'p', server, output: 'none', supportsVision: true })

const request = (text: string, files: readonly FilePart[]): ModelRequest => ({
  model,
  messages: [
    { role: 'system', text: '' },
    { role: 'user', text, files },
  ],
  parameters: {},
  schema: null,
})
const sent = (made: object) => JSON.parse(JSON.stringify(made))

test('documents and recordings are parts of the user’s turn, in the words of either API', () => {
  const data = `data:application/pdf;base64,${base64}`
  assert.deepEqual(sent(toChatRequest(request('Hi', [pdf, mp3]))).messages, [
    {
      role: 'user',
      content: [
        { type: 'text', text: 'Hi' },
        { type: 'file', file: { filename: pdf.name, file_data: data } },
        { type: 'input_audio', input_audio: { data: base64, format: 'mp3' } },
      ],
    },
  ])
  assert.deepEqual(sent(toResponsesRequest(request('Hi', [pdf, mp3]))).input, [
    {
      role: 'user',
      content: [
        { type: 'input_text', text: 'Hi' },
        { type: 'input_file', filename: pdf.name, file_data: data },
        { type: 'input_audio', input_audio: { data: base64, format: 'mp3' } },
      ],
    },
  ])
})

test('a turn of files alone is a turn, and has no empty text', () => {
  for (const made of [
    toChatRequest(request(' ', [pdf])).messages,
    sent(toResponsesRequest(request('', [pdf]))).input,
  ]) {
    const [turn] = sent(made)
    assert.equal(turn.content.length, 1)
  }
})

test('their tokens are estimated by their size', () => {
  const large = Buffer.alloc(159_999).toString('base64')
  assert.equal(estimateFileTokens(pdf), 1500)
  assert.equal(estimateFileTokens({ ...mp3, base64: large }), 100)
})
