import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Model, ModelError, type ModelRequest } from '../../../../src/models/model.ts'
import { readCompletion } from '../../../../src/models/protocol/read-completion.ts'

const server = {
  name: 's',
  baseUrl: 'http://127.0.0.1:1/v1',
  apiKey: 'sk-a-key-of-some-length',
  timeoutMs: 1,
}
const request: ModelRequest = {
  model: { server } as Model,
  messages: [{ role: 'user', text: 'x'.repeat(40) }],
  parameters: {},
  schema: null,
}
const json = { ...request, schema: {} }
const read = (message: object, rest: object = {}, asked = request) =>
  readCompletion({ choices: [{ message, finish_reason: 'length' }], ...rest }, asked)

test('JSON is taken from wherever a server puts it, and from nothing but JSON', () => {
  const messages: readonly (readonly [message: object, text: string])[] = [
    [{ content: null, parsed: { a: 1 } }, '{"a":1}'],
    [{ content: [{ type: 'output_json', output_json: { a: 1 } }] }, '{"a":1}'],
    [{ content: [{ type: 'tool_use', name: 'x', input: { a: 1 } }] }, '{"a":1}'],
    [{ content: [{ type: 'text', text: { a: 1 } }] }, '{"a":1}'],
    [{ content: '', thinking: '{"a":1}' }, '{"a":1}'],
    [{ content: [{ type: 'thinking', text: { a: 1 } }] }, ''],
    [{ content: '', reasoning_content: '{"a":1} or rather {"a":2}?' }, ''],
  ]
  for (const [message, text] of messages) assert.equal(read(message, {}, json).text, text)
  assert.equal(read({ content: 42 }).text, '42')
  assert.equal(read({ content: { parts: [{ text: 'Tea' }, { text: '.' }] } }).text, 'Tea.')
  assert.equal(readCompletion({ choices: [{ message: 'Tea.' }] }, request).text, 'Tea.')
})

function failureOf(body: unknown): ModelError {
  try {
    readCompletion(body, request)
  } catch (error) {
    if (error instanceof ModelError) return error
  }
  return assert.fail('it is read')
}

test('an answer is read with the usage that the server reports', () => {
  const usage = { prompt_tokens: 7, completion_tokens: 3 }
  assert.deepEqual(read({ content: 'hello' }, { usage }), {
    text: 'hello',
    model: null,
    ...{ inputTokens: 7, outputTokens: 3, cachedTokens: 0, cacheWriteTokens: 0, reasoningTokens: 0 },
    estimated: false,
    ending: 'cut',
    finishReason: 'length',
    refusal: null,
  })
})

test('which model answered is what the server says, if it says so in a string', () => {
  assert.equal(read({ content: 'hello' }, { model: 'one-of-today' }).model, 'one-of-today')
  assert.equal(read({ content: 'hello' }, { model: 7 }).model, null)
})

test('missing or senseless usage is estimated at four characters to a token, and said to be', () => {
  for (const usage of [undefined, null, { prompt_tokens: -1, completion_tokens: 'many' }]) {
    const { inputTokens, outputTokens, estimated } = read({ content: 'hello' }, { usage })
    assert.deepEqual([inputTokens, outputTokens, estimated], [10, 2, true])
  }
})

test('a refusal and a list of text parts are answers too', () => {
  assert.deepEqual(read({ content: null, refusal: 'I will not' }).refusal, 'I will not')
  assert.deepEqual(read({ content: [{ type: 'refusal', refusal: 'No' }] }).ending, 'refused')
  const parts = [{ type: 'text', text: 'a' }, { type: 'thinking' }, { type: 'text', text: 'b' }]
  assert.equal(read({ content: parts }).text, 'ab')
  assert.equal(read({ content: '' }).text, '')
})

test('JSON is looked for elsewhere only where JSON was asked for, and the text is empty', () => {
  const calls = [{ function: { arguments: '{"a": 1}' } }]
  assert.equal(read({ content: null, tool_calls: calls }).text, '')
  assert.equal(read({ content: null, tool_calls: calls }, {}, json).text, '{"a": 1}')
  assert.equal(read({ content: 'text', tool_calls: calls }, {}, json).text, 'text')
  assert.equal(read({ content: { text: 'x', a: 1 } }, {}, json).text, '{"text":"x","a":1}')
  assert.equal(read({ content: null, reasoning: 'Is it {"a": 1}?' }, {}, json).text, '')
})

test('an answer that was billed is one, whatever is in it', () => {
  const usage = { prompt_tokens: 7, completion_tokens: 3 }
  for (const choices of [[], [{}], [{ message: null }], [{ message: { content: null } }]]) {
    const { text, inputTokens, outputTokens } = readCompletion({ choices, usage }, request)
    assert.deepEqual([text, inputTokens, outputTokens], ['', 7, 3])
  }
})

test('whatever is no completion is a bad answer, and may be asked for again', () => {
  for (const body of [undefined, null, 'words', 7, [], {}, { choices: 'none' }]) {
    const { kind, retryable } = failureOf(body)
    assert.deepEqual([kind, retryable], ['bad_answer', true])
  }
})

test('an error in a success is read by its own code, with what there is of the answer and its tokens', () => {
  const usage = { prompt_tokens: 7, completion_tokens: 3 }
  const choices = [{ message: { content: 'Hel' }, finish_reason: 'error' }]
  const failed = failureOf({
    error: { code: 429, message: 'slow down, sk-a-key-of-some-length' },
    choices,
    usage,
  })
  assert.deepEqual(
    [failed.kind, failed.partial, failed.usage?.inputTokens, failed.finishReason],
    ['rate_limited', 'Hel', 7, 'error'],
  )
  assert.match(failed.message, /slow down, \[key\]/)
  assert.equal(failureOf({ choices, usage }).kind, 'server_error')
  assert.equal(failureOf({ error: { message: 'overloaded' } }).kind, 'server_error')
  assert.equal(failureOf({ error: { type: 'invalid_request_error', message: 'bad' } }).kind, 'bad_request')
  for (const error of [null, '', {}, false]) assert.equal(read({ content: 'a' }, { error }).text, 'a')
})
