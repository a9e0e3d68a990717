import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Model, ModelError, type ModelRequest } from '../../../../src/models/model.ts'
import { readCompletion } from '../../../../src/models/protocol/read-completion.ts'

const request: ModelRequest = {
  model: {} as Model,
  messages: [{ role: 'user', text: 'x'.repeat(40) }],
  parameters: {},
  schema: null,
}
const read = (message: object, rest: object = {}) =>
  readCompletion({ choices: [{ message, finish_reason: 'length' }], ...rest }, request)

test('an answer is read with the usage that the server reports', () => {
  const usage = { prompt_tokens: 7, completion_tokens: 0 }
  assert.deepEqual(read({ content: 'hello' }, { usage }), {
    text: 'hello',
    model: null,
    inputTokens: 7,
    outputTokens: 0,
    finishReason: 'length',
    refusal: null,
  })
})

test('which model answered is what the server says, if it says so in a string', () => {
  assert.equal(read({ content: 'hello' }, { model: 'one-of-today' }).model, 'one-of-today')
  assert.equal(read({ content: 'hello' }, { model: 7 }).model, null)
})

test('missing or senseless usage is estimated at four characters to a token', () => {
  for (const usage of [undefined, null, { prompt_tokens: -1, completion_tokens: 'many' }]) {
    const { inputTokens, outputTokens } = read({ content: 'hello' }, { usage })
    assert.deepEqual([inputTokens, outputTokens], [10, 2])
  }
})

test('a refusal and a list of text parts are answers too', () => {
  assert.deepEqual(read({ content: null, refusal: 'I will not' }).refusal, 'I will not')
  const parts = [{ type: 'text', text: 'a' }, { type: 'thinking' }, { type: 'text', text: 'b' }]
  assert.equal(read({ content: parts }).text, 'ab')
  assert.equal(read({ content: '' }).text, '')
})

test('whatever holds no answer is a bad one, and may be asked for again', () => {
  const none: unknown[] = [undefined, null, 'words', 7, [], {}, { choices: [] }, { choices: [{}] }]
  none.push({ choices: [{ message: { content: null } }] }, { error: { message: 'overloaded' } })
  for (const body of none) {
    assert.throws(
      () => readCompletion(body, request),
      (error) => error instanceof ModelError && error.kind === 'bad_answer' && error.retryable,
    )
  }
})
