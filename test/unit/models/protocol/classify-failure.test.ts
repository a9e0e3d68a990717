import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import OpenAI from 'openai'
import { secretsOf } from '../../../../src/models/model-server.ts'
import { classifyFailure } from '../../../../src/models/protocol/classify-failure.ts'
import { ServerFailure } from '../../../../src/models/protocol/transport/server-failure.ts'
import { SAID } from './said-by-servers.ts'

const quiet = new AbortController().signal
const KEY = 'sk-a-key-of-some-length'

function answered(
  status: number,
  body: unknown = { error: { message: 'no' } },
  headers: Record<string, string> = {},
) {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  const failure = new ServerFailure(status, text, (name) => headers[name] ?? null)
  return classifyFailure(failure, quiet, [KEY])
}

test('a status decides the kind and whether trying again can help', () => {
  const table = [
    [400, 'bad_request', false],
    [401, 'authentication', false],
    [402, 'quota_exhausted', false],
    [403, 'authentication', false],
    [404, 'bad_request', false],
    [408, 'server_error', true],
    [409, 'server_error', true],
    [422, 'bad_request', false],
    [425, 'server_error', true],
    [429, 'rate_limited', true],
    [498, 'rate_limited', true],
    [500, 'server_error', true],
    [503, 'server_error', true],
    [524, 'server_error', true],
    [529, 'server_error', true],
  ] as const
  for (const [status, kind, retryable] of table) {
    for (const body of [{ error: { message: 'no' } }, { message: 'no' }, '', '<html>no</html>', '[]']) {
      const error = answered(status, body)
      assert.deepEqual([error.status, error.kind, error.retryable], [status, kind, retryable])
    }
  }
})

describe('what a server says goes before its status', () => {
  for (const [server, kind, status, body] of SAID) {
    test(server, () => {
      const error = answered(status, body)
      assert.equal(error.kind, kind, error.message)
      const final = ['quota_exhausted', 'content_filtered', 'retired', 'authentication', 'bad_request']
      assert.equal(error.retryable, !final.includes(kind))
    })
  }
})

test('the code, the type and the words are kept, whatever the shape of the body', () => {
  const error = answered(400, { error: { message: 'no such thing', type: 'bad', code: 'worse' } })
  assert.deepEqual([error.code, error.type], ['worse', 'bad'])
  assert.match(error.message, /400 no such thing/)
  for (const body of [
    { error: 'words' },
    { message: 'words' },
    { detail: 'words' },
    { errors: ['words'] },
    'words',
  ]) {
    assert.match(answered(400, body).message, /400 words/, JSON.stringify(body))
  }
})

test('waits are read from headers and from the body', () => {
  const google = SAID.find(([server]) => server === 'Google, a minute is full')
  assert.equal(answered(429, google?.[3]).retryAfterMs, 21_000)
  assert.equal(answered(503, { error: 'Model is loading', estimated_time: 2.5 }).retryAfterMs, null)
  assert.equal(
    answered(503, { error: { message: 'Model is loading', estimated_time: 2.5 } }).retryAfterMs,
    2500,
  )
  assert.equal(answered(429, {}, { 'retry-after': '70' }).retryAfterMs, 70_000)
})

test('a connection that cannot be made from here is no failure of the server', () => {
  const failed = (code: string) => {
    const cause = Object.assign(new Error(`connect ${code}`), { code })
    return classifyFailure(new OpenAI.APIConnectionError({ cause }), quiet, [KEY])
  }
  for (const code of ['EMFILE', 'ENFILE', 'ENOBUFS', 'ENOMEM', 'EADDRNOTAVAIL']) {
    assert.equal(failed(code).kind, 'local', code)
  }
  for (const code of ['ECONNREFUSED', 'ECONNRESET', 'ENOTFOUND', 'EAI_AGAIN', 'ETIMEDOUT']) {
    const { kind, retryable, code: told } = failed(code)
    assert.deepEqual([kind, retryable, told], ['connection', true, code])
  }
  for (const code of ['CERT_HAS_EXPIRED', 'SELF_SIGNED_CERT_IN_CHAIN', 'ERR_TLS_CERT_ALTNAME_INVALID']) {
    const { kind, retryable, code: told } = failed(code)
    assert.deepEqual([kind, retryable, told], ['connection', false, code])
  }
})

test('the cause of a connection is found below what wraps it', () => {
  const inner = Object.assign(new Error('refused'), { code: 'ECONNREFUSED' })
  const tried = Object.assign(new AggregateError([inner]), { code: 'UND_ERR_OTHER' })
  for (const cause of [tried, new Error('wrapped', { cause: inner })]) {
    assert.equal(classifyFailure(new OpenAI.APIConnectionError({ cause }), quiet, []).code, 'ECONNREFUSED')
  }
})

test('x-should-retry overrules the status, but not what is final', () => {
  const no = { error: { message: 'no' } }
  assert.equal(answered(500, no, { 'x-should-retry': 'false' }).retryable, false)
  assert.equal(answered(429, no, { 'x-should-retry': 'false' }).retryable, false)
  assert.equal(answered(400, no, { 'x-should-retry': 'true' }).retryable, true)
  assert.equal(answered(401, no, { 'x-should-retry': 'true' }).retryable, false)
  assert.equal(answered(429, SAID[0]?.[3], { 'x-should-retry': 'true' }).retryable, false)
})

test('no secret of a server stands in a message, a code or a type, and long messages are cut', () => {
  const echoed = answered(401, {
    error: { message: `bad key ${KEY} (${KEY})`, code: `${KEY}`, type: `x ${KEY}` },
  })
  assert.ok(!JSON.stringify({ ...echoed, message: echoed.message }).includes(KEY))
  assert.match(echoed.message, /bad key \[key\] \(\[key\]\)/)
  assert.ok(
    answered(500, { error: { message: 'x'.repeat(10_000), code: 'y'.repeat(10_000) } }).message.length < 600,
  )
  assert.ok((answered(500, { error: { code: 'y'.repeat(10_000) } }).code ?? '').length <= 100)
})

test('the secrets of a server are its key, its password and what came from the environment; short words are none', () => {
  const server = { name: 's', apiKey: KEY, timeoutMs: 1, baseUrl: 'http://me:a%20password@host/v1' }
  const secrets = secretsOf(server)
  for (const secret of [KEY, 'a%20password', 'a password', Buffer.from('me:a password').toString('base64')]) {
    assert.ok(secrets.includes(secret), secret)
  }
  assert.deepEqual(secretsOf({ ...server, apiKey: 'none', baseUrl: 'http://host/v1' }), [])
})

test('an abort outranks whatever it broke', () => {
  const error = classifyFailure(new Error('socket gone'), AbortSignal.abort(), [KEY])
  assert.deepEqual([error.kind, error.retryable], ['aborted', false])
})
