import assert from 'node:assert/strict'
import { createServer as createHttpServer, request as forward } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { connect } from 'node:net'
import { test } from 'node:test'
import { generate } from 'selfsigned'
import { openPort } from '../../../../src/http/port/open-port.ts'
import { ModelError } from '../../../../src/models/model.ts'
import { type Answer, askPeer, chatPeer } from '../../../support/chat-peer.ts'
import type { Cleanup } from '../../../support/system.ts'

const good: Answer = (_, response) =>
  response.end(JSON.stringify({ choices: [{ message: { content: 'hi' }, finish_reason: 'stop' }] }))

/** A proxy that forwards and tunnels, and wants a password. */
async function startProxy(t: Cleanup) {
  const seen: string[] = []
  const wanted = `Basic ${Buffer.from('me:p@ss').toString('base64')}`
  const server = createHttpServer((incoming, outgoing) => {
    seen.push(`${incoming.method} ${incoming.url}`)
    if (incoming.headers['proxy-authorization'] !== wanted) return outgoing.writeHead(407).end()
    const { method = 'GET' } = incoming
    const { 'proxy-authorization': _, ...headers } = incoming.headers
    const onward = forward(incoming.url ?? '', { method, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(outgoing)
    })
    return incoming.pipe(onward)
  })
  const sockets = new Set<{ destroy(): unknown }>()
  server.on('connect', (incoming, socket) => {
    seen.push(`CONNECT ${incoming.url}`)
    sockets.add(socket)
    if (incoming.headers['proxy-authorization'] !== wanted) {
      return socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n')
    }
    const [host = '', port = ''] = (incoming.url ?? '').split(':')
    const onward = connect(Number(port), host, () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n')
      socket.pipe(onward).pipe(socket)
    })
    sockets.add(onward)
    return onward.on('error', () => socket.destroy())
  })
  t.after(async () => {
    for (const socket of sockets) socket.destroy()
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
  return { seen, host: `127.0.0.1:${await openPort(server, '127.0.0.1', 0)}` }
}

const certificate = () =>
  generate([{ name: 'commonName', value: 'localhost' }], {
    keyType: 'ec',
    algorithm: 'sha256',
    extensions: [{ name: 'subjectAltName', altNames: [{ type: 2, value: 'localhost' }] }],
  })

const isConnection = (error: unknown) => error instanceof ModelError && error.kind === 'connection'

test('a key travels as the server wants it, beside headers and a query of its own', async (t) => {
  const peer = await chatPeer(t, good)
  const ask = askPeer(t, `${peer.baseUrl}?a=b`)
  await ask({
    transport: {
      auth: { header: 'Api-Key' },
      headers: { 'x-title': 'Mine', 'user-agent': 'mine' },
      query: { 'api-version': '2026 01' },
    },
  })
  const { headers, url } = peer.seen[0]?.request ?? {}
  assert.equal(url, '/v1/chat/completions?a=b&api-version=2026+01')
  assert.deepEqual(
    [headers?.authorization, headers?.['api-key'], headers?.['x-title'], headers?.['user-agent']],
    [undefined, 'sk-a-key-of-some-length', 'Mine', 'mine'],
  )
})

test('a name and a password in the URL are sent, and never shown', async (t) => {
  const peer = await chatPeer(t, (_, response) =>
    response.writeHead(400).end('{"error":{"message":"no p@ssword please"}}'),
  )
  const ask = askPeer(t, peer.baseUrl.replace('//', '//me:p%40ssword@'))
  await assert.rejects(ask({ server: { apiKey: '' } }), /no \[key\] please/)
  const sent = `Basic ${Buffer.from('me:p@ssword').toString('base64')}`
  assert.equal(peer.seen[0]?.request.headers.authorization, sent)
})

test('a server without encryption is reached through its proxy', async (t) => {
  const [peer, proxy] = [await chatPeer(t, good), await startProxy(t)]
  const ask = askPeer(t, peer.baseUrl)
  const url = `http://me:p%40ss@${proxy.host}`
  assert.equal((await ask({ transport: { proxy: { http: url, https: null, except: '' } } })).text, 'hi')
  assert.deepEqual(proxy.seen, [`POST ${peer.baseUrl}/chat/completions`])
  assert.equal(peer.seen[0]?.request.headers['proxy-authorization'], undefined)
})

test('a server that the proxy is not for is reached straight', async (t) => {
  const [peer, proxy] = [await chatPeer(t, good), await startProxy(t)]
  const rules = { http: `http://${proxy.host}`, https: `http://${proxy.host}`, except: '127.0.0.1,::1' }
  assert.equal((await askPeer(t, peer.baseUrl)({ transport: { proxy: rules } })).text, 'hi')
  assert.deepEqual(proxy.seen, [])
})

test('a proxy that wants another password is a failed connection, not a wait', async (t) => {
  const [peer, proxy] = [await chatPeer(t, good), await startProxy(t)]
  const rules = { http: `http://${proxy.host}`, https: `http://${proxy.host}`, except: '' }
  await assert.rejects(askPeer(t, peer.baseUrl)({ transport: { proxy: rules } }), isConnection)
  const secure = askPeer(t, 'https://localhost:1/v1')
  await assert.rejects(secure({ transport: { proxy: rules } }), isConnection)
  assert.equal(peer.seen.length, 0)
})

test('a server with certificates of its own is trusted by them alone, through a tunnel, too', async (t) => {
  const { private: key, cert } = await certificate()
  const client = await certificate()
  const options = { key, cert, ca: client.cert, requestCert: true, rejectUnauthorized: true }
  const server = await chatPeer(t, good, ((handler: never) => createTlsServer(options, handler)) as never)
  const proxy = await startProxy(t)
  const baseUrl = `https://localhost:${server.port}/v1`
  const tls = { ca: cert, cert: client.cert, key: client.private }
  assert.equal((await askPeer(t, baseUrl)({ transport: { tls } })).text, 'hi')
  const url = `http://me:p%40ss@${proxy.host}`
  const rules = { http: null, https: url, except: '' }
  assert.equal((await askPeer(t, baseUrl)({ transport: { tls, proxy: rules } })).text, 'hi')
  assert.deepEqual(proxy.seen, [`CONNECT localhost:${server.port}`])
  await assert.rejects(askPeer(t, baseUrl)({}), isConnection)
  await assert.rejects(askPeer(t, baseUrl)({ transport: { tls: { ca: cert } } }), isConnection)
})
