import assert from 'node:assert/strict'
import { test } from 'node:test'
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib'
import { ModelError } from '../../../../src/models/model.ts'
import { askPeer, chatPeer, chunk } from '../../../support/chat-peer.ts'

const GOOD = JSON.stringify({ choices: [{ message: { content: 'grüß' }, finish_reason: 'stop' }] })
const CODINGS = {
  gzip: gzipSync,
  'x-gzip': gzipSync,
  br: brotliCompressSync,
  deflate: deflateSync,
  Deflate: deflateRawSync,
  zstd: zstdCompressSync,
  'gzip, br': (bytes: Buffer) => brotliCompressSync(gzipSync(bytes)),
  identity: (bytes: Buffer) => bytes,
}

const isBadAnswer = (retryable: boolean, words: RegExp) => (error: unknown) => {
  assert.ok(error instanceof ModelError)
  assert.deepEqual([error.kind, error.retryable], ['bad_answer', retryable])
  assert.match(error.message, words)
  return true
}

for (const [name, pack] of Object.entries(CODINGS)) {
  test(`an answer in the coding ${name} is read, and bounded by what it becomes`, async (t) => {
    let text = GOOD
    const peer = await chatPeer(t, (_, response) =>
      response.writeHead(200, { 'content-encoding': name }).end(pack(Buffer.from(text))),
    )
    const ask = askPeer(t, peer.baseUrl)
    assert.equal((await ask()).text, 'grüß')
    text = JSON.stringify({ choices: [{ message: { content: ' '.repeat(200_000) } }] })
    await assert.rejects(ask(), isBadAnswer(false, /longer than the limit/))
  })
}

for (const name of ['gzip', 'br', 'deflate', 'zstd', 'gzip, br']) {
  test(`an answer that a proxy has decoded, and that is still called ${name}, is read`, async (t) => {
    const peer = await chatPeer(t, (_, response) =>
      response.writeHead(200, { 'content-encoding': name }).end(GOOD),
    )
    assert.equal((await askPeer(t, peer.baseUrl)()).text, 'grüß')
  })
}

test('a coding that nobody knows is one call that says so', async (t) => {
  const peer = await chatPeer(t, (_, response) =>
    response.writeHead(200, { 'content-encoding': 'sdch' }).end(GOOD),
  )
  await assert.rejects(askPeer(t, peer.baseUrl)(), isBadAnswer(false, /content-encoding sdch/))
})

test('the error of a server is read in any coding', async (t) => {
  const peer = await chatPeer(t, (_, response) =>
    response
      .writeHead(400, { 'content-encoding': 'br' })
      .end(brotliCompressSync('{"error":{"message":"too hot"}}')),
  )
  await assert.rejects(askPeer(t, peer.baseUrl)(), /too hot/)
})

test('a byte order mark and other charsets are read', async (t) => {
  const utf16 = Buffer.from(`\ufeff${GOOD}`, 'utf16le')
  const bodies: [string, Buffer][] = [
    ['application/json', Buffer.from(`\ufeff${GOOD}`)],
    ['application/json; charset=utf-8', Buffer.from(`\ufeff${GOOD}`)],
    ['application/json; charset=utf-16le', utf16],
    ['application/json; charset=iso-8859-1', Buffer.from(GOOD, 'latin1')],
    ['application/json; charset=none-such', Buffer.from(GOOD)],
  ]
  for (const [type, body] of bodies) {
    const peer = await chatPeer(t, (_, response) =>
      response.writeHead(200, { 'content-type': type }).end(body),
    )
    assert.equal((await askPeer(t, peer.baseUrl)()).text, 'grüß', type)
  }
})

test('a stream that nobody asked for is read, whatever it calls itself', async (t) => {
  const stream = `${chunk({ role: 'assistant', content: 'he' })}${chunk({ content: 'llo' })}${chunk({}, 'length')}data: [DONE]\n\n`
  for (const type of ['text/event-stream', 'application/json']) {
    const peer = await chatPeer(t, (_, response) =>
      response.writeHead(200, { 'content-type': type }).end(stream),
    )
    const { text, finishReason } = await askPeer(t, peer.baseUrl)()
    assert.deepEqual([text, finishReason, peer.seen[0]?.body['stream']], ['hello', 'length', false])
  }
})

test('a web page in place of an answer is one call that names the base URL', async (t) => {
  for (const [type, page] of [
    ['text/html', 'Welcome'],
    ['text/plain', '\n<!DOCTYPE html><p>Welcome'],
  ] as const) {
    const peer = await chatPeer(t, (_, response) =>
      response.writeHead(200, { 'content-type': type }).end(page),
    )
    await assert.rejects(askPeer(t, peer.baseUrl)(), isBadAnswer(false, /base URL/))
  }
})

test('a server that has moved is not followed, and the error says where it is', async (t) => {
  const peer = await chatPeer(t, (_, response) =>
    response.writeHead(308, { location: 'https://new.example/v1' }).end(),
  )
  await assert.rejects(askPeer(t, peer.baseUrl)(), /308.*https:\/\/new\.example/)
  assert.equal(peer.seen.length, 1)
})

test('heads of 20 kB are read', async (t) => {
  const peer = await chatPeer(t, (_, response) =>
    response.writeHead(200, { 'x-policy': 'p'.repeat(20_000) }).end(GOOD),
  )
  assert.equal((await askPeer(t, peer.baseUrl)()).text, 'grüß')
})

test('a request whose connection breaks after it was sent is not sent again', async (t) => {
  const peer = await chatPeer(t, ({ request }, response) => {
    if (peer.seen.length === 1) response.end(GOOD)
    else request.socket.destroy()
  })
  const ask = askPeer(t, peer.baseUrl)
  await ask()
  await assert.rejects(ask(), (error) => error instanceof ModelError && error.kind === 'connection')
  assert.equal(peer.seen.length, 2)
})

test('connections that the server has closed meanwhile are replaced without an error', async (t) => {
  const peer = await chatPeer(t, (_, response) => response.end(GOOD))
  const ask = askPeer(t, peer.baseUrl)
  for (let call = 0; call < 20; call += 1) {
    await ask()
    peer.server.closeIdleConnections()
  }
  assert.equal(peer.seen.length, 20)
})
