import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type TestContext, test } from 'node:test'
import { type Model, ModelError, type ModelErrorKind } from '../../../../src/models/model.ts'
import { createModelClient } from '../../../../src/models/protocol/openai-compatible.ts'
import type { TraceContext } from '../../../../src/platform/tracing/tracing.ts'

const GOOD = { choices: [{ message: { content: 'hi' }, finish_reason: 'stop' }] }

/** A server that does what a test says, and the real client pointed at it. */
async function peer(
  t: TestContext,
  answer: (request: IncomingMessage, response: ServerResponse) => void,
  { apiKey = 'sk-a-key-of-some-length', timeoutMs = 10_000, maxResponseBytes = 10_000, path = '/v1' } = {},
) {
  const seen: IncomingMessage[] = []
  const server = createServer((request, response) => {
    seen.push(request)
    server.emit('call', request)
    request.resume().on('end', () => answer(request, response))
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const client = createModelClient({ maxResponseBytes })
  t.after(async () => {
    await client.close()
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`
  const model = {
    upstreamName: 'm',
    output: 'none',
    server: { name: 's', baseUrl, apiKey, timeoutMs },
  } as Model
  const messages = [{ role: 'user', text: 'hello' }] as const
  const complete = (signal = new AbortController().signal, trace: TraceContext | null = null) =>
    client.complete({ model, messages, parameters: {}, schema: null, trace }, signal)
  return { complete, seen, server, client }
}

function send(response: ServerResponse, body: string, status = 200, headers: Record<string, string> = {}) {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body)
}

const fails = (call: Promise<unknown>, kind: ModelErrorKind, retryable: boolean) =>
  assert.rejects(call, (error) => {
    assert.ok(error instanceof ModelError)
    assert.deepEqual([error.kind, error.retryable], [kind, retryable])
    return true
  })

test('a server is told who calls and what, and nothing of the machine that calls', async (t) => {
  const { complete, seen } = await peer(t, (_, response) => send(response, JSON.stringify(GOOD)))
  await complete()
  const headers = seen[0]?.headers ?? {}
  assert.equal(headers.authorization, 'Bearer sk-a-key-of-some-length')
  assert.equal(headers['content-type'], 'application/json')
  assert.deepEqual(
    Object.keys(headers).filter((name) => name.startsWith('x-stainless-')),
    [],
  )
})

test('a call within a trace tells the server its place, and nothing of what other systems added', async (t) => {
  const { complete, seen } = await peer(t, (_, response) => send(response, JSON.stringify(GOOD)))
  const traceparent = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`
  await complete(undefined, { traceparent, tracestate: 'one=1' })
  await complete()
  assert.deepEqual(
    seen.map(({ headers }) => [headers['traceparent'], headers['tracestate']]),
    [
      [traceparent, undefined],
      [undefined, undefined],
    ],
  )
})

test('the base URL keeps its path and its query, and the key travels as a bearer token', async (t) => {
  const { complete, seen } = await peer(t, (_, response) => send(response, JSON.stringify(GOOD)), {
    path: '/deep/er/v1/?api-version=1',
  })
  assert.equal((await complete()).text, 'hi')
  assert.equal(seen[0]?.url, '/deep/er/v1/chat/completions?api-version=1')
  assert.equal(seen[0]?.headers.authorization, 'Bearer sk-a-key-of-some-length')
})

test('a server without a key gets no Authorization header', async (t) => {
  const { complete, seen } = await peer(t, (_, response) => send(response, JSON.stringify(GOOD)), {
    apiKey: '',
  })
  await complete()
  assert.equal(seen[0]?.headers.authorization, undefined)
})

test('connections are kept and used again', async (t) => {
  const { complete, server } = await peer(t, (_, response) => send(response, JSON.stringify(GOOD)))
  let connections = 0
  server.on('connection', () => {
    connections += 1
  })
  for (let call = 0; call < 20; call += 1) await complete()
  // The pool may open a second one while the first is still handing over its answer.
  assert.ok(connections <= 2, `${connections} connections`)
})

test('one failing call is one request: the client never retries', async (t) => {
  const { complete, seen } = await peer(t, (_, response) =>
    send(response, '{"error":{"message":"busy"}}', 429, { 'retry-after-ms': '1' }),
  )
  await assert.rejects(
    complete(),
    (error) => error instanceof ModelError && error.kind === 'rate_limited' && error.retryAfterMs === 1,
  )
  assert.equal(seen.length, 1)
})

test('what is no completion is a bad answer', async (t) => {
  const bodies = ['{"choices": [', '', '{}', '[]', 'null']
  for (const body of bodies) {
    const { complete } = await peer(t, (_, response) => send(response, body))
    await fails(complete(), 'bad_answer', true)
  }
  const { complete } = await peer(t, (_, response) =>
    send(response, 'x', 200, { 'content-type': 'text/html' }),
  )
  await fails(complete(), 'bad_answer', false)
})

test('an answer over the limit is refused, whether or not its length was announced', async (t) => {
  const long = JSON.stringify({ choices: [{ message: { content: 'x'.repeat(20_000) } }] })
  const announced = await peer(t, (_, response) =>
    send(response, long, 200, { 'content-length': String(long.length) }),
  )
  await fails(announced.complete(), 'bad_answer', false)
  const endless = await peer(t, (_, response) => {
    response.writeHead(200, { 'content-type': 'application/json' }).write(long)
  })
  await fails(endless.complete(), 'bad_answer', false)
})

test('a connection that is cut or refused is worth another try', async (t) => {
  const cut = await peer(t, (_, response) => {
    response.writeHead(200, { 'content-length': '100' }).write('{"choi', () => response.destroy())
  })
  await fails(cut.complete(), 'connection', true)
  const gone = await peer(t, () => {})
  await new Promise((resolve) => gone.server.close(resolve))
  await fails(gone.complete(), 'connection', true)
})

test('a server that stops half-way runs into the time-out', async (t) => {
  const silent = await peer(t, () => {}, { timeoutMs: 50 })
  await fails(silent.complete(), 'timeout', true)
  const stuck = await peer(t, (_, response) => void response.writeHead(200).write('{'), { timeoutMs: 50 })
  await fails(stuck.complete(), 'timeout', true)
})

test('the signal ends a call at once, and the server sees the connection close', async (t) => {
  const { complete, server } = await peer(t, () => {})
  const caller = new AbortController()
  const call = complete(caller.signal)
  const [request] = (await once(server, 'call')) as [IncomingMessage]
  const left = once(request.socket, 'close')
  caller.abort(new Error('cancelled'))
  await fails(call, 'aborted', false)
  await left
  await fails(complete(AbortSignal.abort()), 'aborted', false)
})

test('closing ends calls in flight and refuses later ones', async (t) => {
  const { complete, server, client } = await peer(t, () => {})
  const call = complete()
  call.catch(() => {})
  await once(server, 'call')
  await client.close()
  await assert.rejects(call, ModelError)
  await assert.rejects(complete(), ModelError)
})
