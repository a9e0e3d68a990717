import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import { test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { generate } from 'selfsigned'
import { type Connection, openStreamPool } from '../../../../../src/models/protocol/transport/stream-pool.ts'

const PART = Buffer.alloc(65_536, 'x')
/** More than the kernel keeps for a reader that reads nothing. */
const PARTS = 400

for (const kind of ['plain', 'TLS'] as const) {
  test(`nothing is read of a connection that is paused, and all of it once it is resumed: ${kind}`, async (t) => {
    const certificate = kind === 'TLS' ? await generate([{ name: 'commonName', value: 'localhost' }]) : null
    const answer: RequestListener = (_, response) => {
      for (let part = 0; part < PARTS; part += 1) response.write(PART)
      response.end()
    }
    const server = certificate
      ? createTlsServer({ key: certificate.private, cert: certificate.cert }, answer)
      : createServer(answer)
    await once(server.listen(0, '127.0.0.1'), 'listening')
    const { port } = server.address() as AddressInfo
    const origin = `${certificate ? 'https' : 'http'}://127.0.0.1:${port}`
    const tls = certificate ? { rejectUnauthorized: false } : null
    const pool = openStreamPool(origin, { headersTimeout: 0, bodyTimeout: 0 }, tls)
    t.after(async () => {
      await pool.destroy()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    })

    for (let call = 0; call < 2; call += 1) {
      let connection: Connection | null = null
      let size = 0
      const began = Promise.withResolvers<Socket>()
      const ended = Promise.withResolvers<void>()
      pool.dispatch({ path: '/', method: 'POST', body: '{}' }, {
        onConnection: (given: Connection) => {
          connection = given
        },
        onRequestStart() {},
        onResponseStart() {},
        onResponseData(_: unknown, chunk: Buffer) {
          size += chunk.length
          if (connection?.socket) began.resolve(connection.socket)
        },
        onResponseEnd: () => ended.resolve(),
        onResponseError: (_: unknown, error: Error) => ended.reject(error),
      } as object)
      const socket = await began.promise
      // What was read in this turn is still on its way to the handler.
      await turn()
      socket.pause()
      const read = socket.bytesRead
      for (let turns = 0; turns < 100; turns += 1) await turn()
      assert.equal(socket.bytesRead, read)
      assert.ok(size < PARTS * PART.length)
      socket.resume()
      await ended.promise
      while (pool.stats.free === 0) await turn()
      assert.equal(size, PARTS * PART.length)
    }
    const connections = await new Promise((resolve) => server.getConnections((_, count) => resolve(count)))
    assert.equal(connections, 1, 'a connection that was paused is used again')
  })
}
