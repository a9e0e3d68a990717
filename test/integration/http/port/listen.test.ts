import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import express from 'express'
import { type ListenOptions, listen } from '../../../../src/http/port/listen.ts'
import { openBareConnection, readOutput } from '../../../support/bare-connection.ts'
import { until } from '../../../support/system.ts'

/** Far more than the buffers of a connection hold. */
const LONG = Buffer.alloc(64_000_000, 'x')

/** A busy machine may take longer to send a request than some tests let it. */
const PATIENT = { requestTimeout: 60 }

/** A server that reads bodies, and answers shortly or at great length. */
async function serve(t: TestContext, options: Partial<ListenOptions> = {}) {
  const app = express()
  const seen = { begun: 0, closed: 0 }
  app.use((_request, response, next) => {
    seen.begun += 1
    response.once('close', () => {
      seen.closed += 1
    })
    next()
  })
  app.get('/long', (_request, response) => void response.end(LONG))
  app.get('/waits', () => {})
  app.use((request, response) => {
    request.resume()
    request.once('end', () => response.json({ ok: true }))
  })
  const server = await listen(app, {
    ...{ host: '127.0.0.1', port: 0, headerLimit: 2048, requestTimeout: 0.4, keepAlive: 0.4 },
    connectionsMax: 1000,
    ...options,
  })
  const leave: (() => void)[] = []
  t.after(async () => {
    // The clients first: a server that closes waits for the calls that it has.
    for (const each of leave) each()
    await server.close()
  })
  const connect = () => openBareConnection({ after: (clean) => void leave.push(clean) }, server.port)
  return { ...server, seen, connect }
}

/** Sends a piece every now and then for as long as the server listens. */
function trickle(connection: ReturnType<typeof openBareConnection>, piece: string): void {
  const timer = setInterval(() => connection.send(piece), 20)
  void connection.ended.then(() => clearInterval(timer))
}

const GET = 'GET / HTTP/1.1\r\nHost: x\r\n'

test('a head that trickles in is ended with 408, though a piece of it comes all the time', async (t) => {
  const { connect } = await serve(t)
  const slow = connect()
  slow.send(GET)
  trickle(slow, 'X-More: y\r\n'.slice(0, 1))
  const { status, body } = readOutput(await slow.ended)
  assert.deepEqual(
    [status, body],
    [408, { detail: { reason: 'REQUEST_TIMEOUT', message: 'The request took too long to arrive.' } }],
  )
})

test('a body that trickles in is ended with 408, in one piece or in chunks', async (t) => {
  const { connect } = await serve(t)
  for (const [head, piece] of [
    ['Content-Length: 100000', 'x'],
    ['Transfer-Encoding: chunked', '1\r\nx\r\n'],
  ] as const) {
    const slow = connect()
    slow.send(`POST / HTTP/1.1\r\nHost: x\r\n${head}\r\n\r\n`)
    trickle(slow, piece)
    assert.equal(readOutput(await slow.ended).status, 408)
  }
})

test('a connection that says nothing is closed, before its first request and after one', async (t) => {
  const { connect } = await serve(t)
  const silent = connect()
  assert.match(await silent.ended, /^HTTP\/1\.1 408 /)
  const patient = await serve(t, PATIENT)
  const idle = patient.connect()
  idle.send(`${GET}\r\n`)
  assert.equal(readOutput(await idle.ended).status, 200)
})

test('a client that reads nothing of a long answer is given up; one that reads slowly gets it all', async (t) => {
  const { connect, seen } = await serve(t)
  const stuck = connect()
  stuck.socket.pause()
  stuck.send('GET /long HTTP/1.1\r\nHost: x\r\n\r\n')
  await until(() => seen.closed === 1)

  const limit = 2
  const patient = await serve(t, { requestTimeout: limit })
  const slow = patient.connect()
  slow.send('GET /long HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')
  // A little at a time, until the whole takes longer than it may take from one piece to the next.
  const enough = performance.now() + limit * 1000
  slow.socket.on('data', () => {
    if (performance.now() > enough) return
    slow.socket.pause()
    setTimeout(() => slow.socket.resume(), 20)
  })
  const text = await slow.ended
  assert.ok(performance.now() > enough)
  assert.equal(text.slice(text.indexOf('\r\n\r\n') + 4).length, LONG.length)
})

test('a call that waits is bounded by its wait alone, not by the time for sending or reading', async (t) => {
  const { connect, seen } = await serve(t, { requestTimeout: 1 })
  const waiting = connect()
  waiting.send('GET /waits HTTP/1.1\r\nHost: x\r\n\r\n')
  // Others are ended meanwhile, by the same clock.
  for (let other = 0; other < 2; other += 1) assert.match(await connect().ended, / 408 /)
  assert.deepEqual(seen, { begun: 1, closed: 0 })
  assert.equal(waiting.socket.readyState, 'open')
})

test('a head is accepted up to its limit, and past it refused with 431', async (t) => {
  const { connect } = await serve(t, { ...PATIENT, headerLimit: 2000 })
  const send = async (size: number) => {
    const connection = connect()
    connection.send(`${GET}Connection: close\r\nX: ${'y'.repeat(size)}\r\n\r\n`)
    return readOutput(await connection.ended)
  }
  assert.equal((await send(1800)).status, 200)
  const { status, head, body } = await send(2100)
  assert.equal(status, 431)
  assert.match(head, /content-type: application\/json/i)
  assert.partialDeepStrictEqual(body, { detail: { reason: 'HEADERS_TOO_LARGE' } })
  const path = connect()
  path.send(`GET /${'y'.repeat(3000)} HTTP/1.1\r\nHost: x\r\n\r\n`)
  assert.equal(readOutput(await path.ended).status, 431)
})

test('connections beyond the limit are closed at once, and others come in when one has left', async (t) => {
  const { connect } = await serve(t, { connectionsMax: 2, requestTimeout: 60, keepAlive: 60 })
  const kept = [connect(), connect()]
  for (const each of kept) {
    each.send(`${GET}\r\n`)
    await each.received(/\{"ok":true\}$/)
  }
  assert.equal(await connect().ended, '')
  kept[0]?.socket.destroy()
  await until(async () => {
    const next = connect()
    next.send(`${GET}Connection: close\r\n\r\n`)
    return (await next.ended) !== ''
  })
})

test('what is no HTTP is refused once, with JSON, however much of it comes', async (t) => {
  const { connect } = await serve(t, { requestTimeout: 60 })
  const oddities = [
    'NO HTTP\r\n\r\n',
    'FETCH / HTTP/1.1\r\nHost: x\r\n\r\n',
    'GET / HTTP/9.9\r\nHost: x\r\n\r\n',
    // Two ways to tell where a body ends are how requests are smuggled past a proxy.
    'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!',
    'POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nx',
    'POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n',
    'GET / HTTP/1.1\r\nHost: x\r\nX-Bad\x01: y\r\n\r\n',
    'GET / HTTP/1.1\r\nHost: x\r\nX: a\rb\r\n\r\n',
    'GET / HTTP/1.1\nHost: x\n\n\x00',
  ]
  for (const oddity of oddities) {
    const connection = connect()
    connection.send(oddity)
    connection.send('more of it\r\n'.repeat(20))
    const text = await connection.ended
    assert.equal(text.match(/HTTP\/1\.1 400 /g)?.length, 1, `${JSON.stringify(oddity)}: ${text}`)
    assert.match(text, /"reason":"MALFORMED_REQUEST"/)
  }
})

test('a client that expects 100-continue is told to go on, and other expectations are passed over', async (t) => {
  const { connect } = await serve(t, { requestTimeout: 60, keepAlive: 60 })
  const polite = connect()
  polite.send('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n')
  await polite.received(/^HTTP\/1\.1 100 Continue/)
  polite.send('{}')
  await polite.received(/ 200 OK[\s\S]*\{"ok":true\}$/)
  const odd = connect()
  odd.send(`${GET}Expect: the-unexpected\r\nConnection: close\r\n\r\n`)
  assert.equal(readOutput(await odd.ended).status, 200)
})

test('it is no proxy and upgrades to nothing', async (t) => {
  const { connect } = await serve(t)
  const proxied = connect()
  proxied.send('CONNECT example.com:443 HTTP/1.1\r\nHost: example.com\r\n\r\n')
  assert.equal(readOutput(await proxied.ended).status, 405)
  const upgraded = connect()
  upgraded.send(`${GET}Connection: Upgrade, close\r\nUpgrade: websocket\r\n\r\n`)
  assert.equal(readOutput(await upgraded.ended).status, 200)
})
