import assert from 'node:assert/strict'
import { once } from 'node:events'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { ModelError } from '../../../../src/models/model.ts'
import { startSimulatedModel } from '../../../../src/models/simulated/simulated-model.ts'
import { type Answer, askPeer, chatPeer, chunk } from '../../../support/chat-peer.ts'

const DONE = 'data: [DONE]\n\n'
const USAGE = { usage: { prompt_tokens: 7, completion_tokens: 3 } }
const streams =
  (text: string): Answer =>
  (_, response) =>
    response.writeHead(200, { 'content-type': 'text/event-stream' }).end(text)

function listener() {
  const deltas: string[] = []
  return { deltas, onText: (delta: string) => void deltas.push(delta) }
}

test('the answer is heard as it comes, and is the same at its end', async (t) => {
  const peer = await chatPeer(t, async ({ body }, response) => {
    assert.deepEqual([body['stream'], body['stream_options']], [true, { include_usage: true }])
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write(`: waiting\n\n${chunk({ role: 'assistant', content: '' }, null, { model: 'real' })}`)
    response.write(chunk({ content: 'one ' }))
    // The rest is sent once the caller has heard this.
    await once(peer.server, 'heard')
    const rest = Buffer.from(chunk({ content: 'grüß' }) + chunk({}, 'stop') + chunk({}, null, USAGE))
    response.write(rest.subarray(0, rest.indexOf('ü') + 1))
    response.end(Buffer.concat([rest.subarray(rest.indexOf('ü') + 1), Buffer.from(DONE)]))
  })
  const deltas: string[] = []
  const completion = await askPeer(
    t,
    peer.baseUrl,
  )({
    onText: (delta) => {
      deltas.push(delta)
      if (deltas.length === 1) peer.server.emit('heard')
    },
  })
  assert.deepEqual(deltas, ['one ', 'grüß'])
  const { text, model, inputTokens, outputTokens, finishReason } = completion
  assert.deepEqual([text, model, inputTokens, outputTokens, finishReason], ['one grüß', 'real', 7, 3, 'stop'])
})

const WHOLE: Record<string, string> = {
  'no [DONE]': chunk({ content: 'hi' }) + chunk({}, 'stop'),
  'no finish reason': chunk({ content: 'hi' }) + DONE,
  'no empty line at the end': `${chunk({ content: 'hi' })}${chunk({}, 'stop')}data: [DONE]`,
  'lines that end in CR LF': (chunk({ content: 'hi' }) + chunk({}, 'stop') + DONE).replaceAll('\n', '\r\n'),
  'no space after the colon': (chunk({ content: 'hi' }) + DONE).replaceAll('data: ', 'data:'),
  'usage after the finish reason': `${chunk({ content: 'hi' }, 'stop')}data: ${JSON.stringify({ choices: [], ...USAGE })}\n\n${DONE}`,
  'parts in place of text': chunk({ content: [{ type: 'text', text: 'hi' }] }, 'stop') + DONE,
  'reasoning first': chunk({ reasoning_content: 'hm' }) + chunk({ content: 'hi' }, 'stop') + DONE,
  'another choice between':
    chunk({ content: 'h' }) +
    `data: {"choices":[{"index":1,"delta":{"content":"x"}}]}\n\n` +
    chunk({ content: 'i' }, 'stop') +
    DONE,
  'whole messages in place of deltas': `data: {"choices":[{"message":{"content":"h"}}]}\n\ndata: {"choices":[{"message":{"content":"hi"},"finish_reason":"stop"}]}\n\n`,
  'a byte order mark': `\ufeff${chunk({ content: 'hi' }, 'stop')}${DONE}`,
}
for (const [name, text] of Object.entries(WHOLE)) {
  test(`a stream with ${name} is a whole answer`, async (t) => {
    const peer = await chatPeer(t, streams(text))
    const { deltas, onText } = listener()
    assert.equal((await askPeer(t, peer.baseUrl)({ onText })).text, 'hi')
    assert.equal(deltas.join(''), 'hi')
  })
}

const BROKEN: Record<string, [text: string, kind: string]> = {
  'no end': [chunk({ content: 'hi' }), 'connection'],
  'an event that is cut in two': [chunk({ content: 'hi' }).slice(0, -20), 'connection'],
  'nothing in it': ['', 'connection'],
  'an event that is no JSON': [`data: {nonsense}\n\n${DONE}`, 'bad_answer'],
  'an error': [
    `${chunk({ content: 'hi' })}data: {"error":{"message":"out of memory","code":503}}\n\n`,
    'server_error',
  ],
  'an event of type error': [`${chunk({ content: 'hi' })}event: error\ndata: overloaded\n\n`, 'server_error'],
  'a limit as an error': [`data: {"error":{"message":"slow down","code":"429"}}\n\n`, 'rate_limited'],
  'more text than the limit': [chunk({ content: 'x'.repeat(60_000) }).repeat(2) + DONE, 'bad_answer'],
  'one endless line': [`data: ${'x'.repeat(150_000)}`, 'bad_answer'],
}
for (const [name, [text, kind]] of Object.entries(BROKEN)) {
  test(`a stream with ${name} is no answer: ${kind}`, async (t) => {
    const peer = await chatPeer(t, streams(text))
    const { onText } = listener()
    await assert.rejects(
      askPeer(t, peer.baseUrl)({ onText }),
      (error) => error instanceof ModelError && error.kind === kind,
    )
    assert.equal(peer.seen.length, 1)
  })
}

test('a stream that is compressed is read', async (t) => {
  const text = chunk({ content: 'hi' }, 'stop') + DONE
  const peer = await chatPeer(t, (_, response) =>
    response
      .writeHead(200, { 'content-type': 'text/event-stream', 'content-encoding': 'gzip' })
      .end(gzipSync(text)),
  )
  assert.equal((await askPeer(t, peer.baseUrl)(listener())).text, 'hi')
})

test('a server that does not know stream_options is asked once without them, and not with them again', async (t) => {
  const peer = await chatPeer(t, (seen, response) => {
    if (!seen.body['stream_options']) return streams(chunk({ content: 'hi' }, 'stop') + DONE)(seen, response)
    return response.writeHead(422).end('{"detail":[{"loc":["body","stream_options"],"msg":"Extra inputs"}]}')
  })
  const ask = askPeer(t, peer.baseUrl)
  for (let call = 0; call < 2; call += 1) assert.equal((await ask(listener())).text, 'hi')
  assert.deepEqual(
    peer.seen.map(({ body }) => 'stream_options' in body),
    [true, false, false],
  )
})

for (const [server, words] of Object.entries({
  openai: { error: { message: 'Your organization must be verified to stream this model.', param: 'stream' } },
  older: { error: { message: "Unsupported value: 'stream' does not support true with this model." } },
  fastapi: { detail: [{ loc: ['body', 'stream'], msg: 'Extra inputs are not permitted' }] },
  plain: { message: 'Streaming is not supported for this model' },
})) {
  test(`a model that its server does not stream is asked for the whole, in the words of ${server}`, async (t) => {
    const peer = await chatPeer(t, ({ body }, response) => {
      if (body['stream']) return response.writeHead(400).end(JSON.stringify(words))
      return response.end(
        JSON.stringify({ choices: [{ message: { content: 'hi' }, finish_reason: 'stop' }] }),
      )
    })
    const ask = askPeer(t, peer.baseUrl)
    for (let call = 0; call < 2; call += 1) assert.equal((await ask(listener())).text, 'hi')
    assert.deepEqual(
      peer.seen.map(({ body }) => body['stream']),
      [true, false, false],
    )
  })
}

test('a refusal for another reason is no reason to ask without a stream', async (t) => {
  const peer = await chatPeer(t, (_, response) =>
    response.writeHead(400).end('{"error":{"message":"temperature is not supported"}}'),
  )
  await assert.rejects(askPeer(t, peer.baseUrl)(listener()))
  assert.equal(peer.seen.length, 1)
})

test('whether and how a model is streamed is configured', async (t) => {
  const peer = await chatPeer(t, streams(chunk({ content: 'hi' }, 'stop') + DONE))
  const ask = askPeer(t, peer.baseUrl)
  await ask()
  await ask({ model: { stream: 'always' } })
  await ask({ model: { stream: 'always', streamUsage: false } })
  await ask({ ...listener(), model: { stream: 'never' } })
  assert.deepEqual(
    peer.seen.map(({ body }) => [body['stream'], 'stream_options' in body]),
    [
      [false, false],
      [true, true],
      [true, false],
      [false, false],
    ],
  )
})

test('a stream that is aborted ends at the server, too', async (t) => {
  const peer = await chatPeer(t, (_, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' }).write(chunk({ content: 'hi' }))
    response.on('close', () => peer.server.emit('ended'))
  })
  const ended = once(peer.server, 'ended')
  const stop = new AbortController()
  const call = askPeer(t, peer.baseUrl)({ signal: stop.signal, onText: () => stop.abort() })
  await assert.rejects(call, (error) => error instanceof ModelError && error.kind === 'aborted')
  await ended
})

test('a stream that goes silent is over when its time is', async (t) => {
  const peer = await chatPeer(t, (_, response) =>
    response.writeHead(200, { 'content-type': 'text/event-stream' }).write(chunk({ content: 'hi' })),
  )
  const call = askPeer(t, peer.baseUrl)({ ...listener(), server: { timeoutMs: 200 } })
  await assert.rejects(call, (error) => error instanceof ModelError && error.kind === 'timeout')
})

test('a connection is used again after a stream', async (t) => {
  const peer = await chatPeer(t, streams(chunk({ content: 'hi' }, 'stop') + DONE))
  const ask = askPeer(t, peer.baseUrl)
  for (let call = 0; call < 10; call += 1) await ask(listener())
  const ports = new Set(peer.seen.map(({ request }) => request.socket.remotePort))
  assert.ok(ports.size <= 2, `${ports.size} connections`)
})

test('the simulated model says the same in a stream as at once', async (t) => {
  const model = await startSimulatedModel()
  t.after(() => model.close())
  const ask = askPeer(t, model.url)
  const { deltas, onText } = listener()
  const [streamed, whole] = [await ask({ onText }), await ask()]
  assert.deepEqual(streamed, whole)
  assert.equal(deltas.join(''), whole.text)
})
