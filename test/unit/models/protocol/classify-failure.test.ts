import assert from 'node:assert/strict'
import { test } from 'node:test'
import OpenAI from 'openai'
import { classifyFailure, readRetryAfter } from '../../../../src/models/protocol/classify-failure.ts'

const quiet = new AbortController().signal
const KEY = 'sk-a-key-of-some-length'

function answered(status: number, headers: Record<string, string> = {}, message = 'no') {
  const error = OpenAI.APIError.generate(status, { error: { message } }, undefined, new Headers(headers))
  return classifyFailure(error, quiet, KEY)
}

test('a status decides the kind and whether trying again can help', () => {
  const table = [
    [400, 'bad_request', false],
    [401, 'authentication', false],
    [403, 'authentication', false],
    [404, 'bad_request', false],
    [408, 'server_error', true],
    [409, 'server_error', true],
    [422, 'bad_request', false],
    [429, 'rate_limited', true],
    [500, 'server_error', true],
    [503, 'server_error', true],
  ] as const
  for (const [status, kind, retryable] of table) {
    const error = answered(status)
    assert.deepEqual([error.status, error.kind, error.retryable], [status, kind, retryable])
  }
})

test('a connection that cannot be made from here is no failure of the server', () => {
  const failed = (code: string) => {
    const cause = Object.assign(new Error(`connect ${code}`), { code })
    return classifyFailure(new OpenAI.APIConnectionError({ cause }), quiet, KEY)
  }
  for (const code of ['EMFILE', 'ENFILE', 'ENOBUFS', 'ENOMEM', 'EADDRNOTAVAIL']) {
    assert.equal(failed(code).kind, 'local', code)
  }
  for (const code of ['ECONNREFUSED', 'ECONNRESET', 'ENOTFOUND', 'EAI_AGAIN', 'ETIMEDOUT']) {
    assert.equal(failed(code).kind, 'connection', code)
  }
})

test('x-should-retry overrules the status, but not a refused key', () => {
  assert.equal(answered(500, { 'x-should-retry': 'false' }).retryable, false)
  assert.equal(answered(429, { 'x-should-retry': 'false' }).retryable, false)
  assert.equal(answered(400, { 'x-should-retry': 'true' }).retryable, true)
  assert.equal(answered(401, { 'x-should-retry': 'true' }).retryable, false)
})

test('retry-after is read in its three spellings, the exact one first', () => {
  const now = Date.parse('2026-01-01T00:00:00Z')
  const read = (headers: Record<string, string>) => readRetryAfter((name) => headers[name] ?? null, now)
  assert.equal(read({}), null)
  assert.equal(read({ 'retry-after': '2' }), 2000)
  assert.equal(read({ 'retry-after': '0.5' }), 500)
  assert.equal(read({ 'retry-after': '2', 'retry-after-ms': '150' }), 150)
  assert.equal(read({ 'retry-after': '2', 'retry-after-ms': 'soon' }), 2000)
  assert.equal(read({ 'retry-after': 'Thu, 01 Jan 2026 00:00:30 GMT' }), 30_000)
  assert.equal(read({ 'retry-after': 'Wed, 31 Dec 2025 23:59:00 GMT' }), 0)
  assert.equal(read({ 'retry-after': '-5 bananas' }), null)
})

test('the key never stands in a message, and long messages are cut', () => {
  const echoed = answered(401, {}, `bad key ${KEY} (${KEY})`)
  assert.ok(!echoed.message.includes(KEY))
  assert.match(echoed.message, /bad key \[key\] \(\[key\]\)/)
  assert.ok(answered(500, {}, 'x'.repeat(10_000)).message.length < 600)
})

test('an abort outranks whatever it broke', () => {
  const error = classifyFailure(new Error('socket gone'), AbortSignal.abort(), KEY)
  assert.deepEqual([error.kind, error.retryable], ['aborted', false])
})
