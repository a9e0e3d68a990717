import assert from 'node:assert/strict'
import { createServer, type RequestListener } from 'node:http'
import { type TestContext, test } from 'node:test'
import { load } from '../../../bench/load.ts'
import { openPort } from '../../../src/http/port/open-port.ts'

async function serve(t: TestContext, answer: RequestListener) {
  const server = createServer(answer)
  const port = await openPort(server, '127.0.0.1', 0)
  t.after(() => {
    server.close()
    server.closeAllConnections()
  })
  return { url: `http://127.0.0.1:${port}/run`, headers: {}, body: '{}' }
}

test('a load is as many calls as were asked for, and no more', async (t) => {
  let calls = 0
  const call = await serve(t, (_, response) => {
    calls += 1
    response.end()
  })
  assert.equal((await load(call, { connections: 3, amount: 20, rate: 10_000 })).requests, 20)
  assert.equal(calls, 20)
})

test('a single call that fails fails the load', async (t) => {
  let calls = 0
  const call = await serve(t, (_, response) => {
    calls += 1
    response.writeHead(calls === 7 ? 502 : 200).end('{}')
  })
  await assert.rejects(load(call, { connections: 1, amount: 10 }), /a call failed: 502/)
})

test('what could not be sent in time, because all connections waited, has waited too', async (t) => {
  let calls = 0
  const call = await serve(t, (_, response) => {
    calls += 1
    setTimeout(() => response.end(), calls === 1 ? 200 : 0)
  })
  // Twenty calls are due within 190 ms, all of them behind the first.
  const { p50, mean } = await load(call, { connections: 1, amount: 20, rate: 100 })
  assert.ok(p50 > 90, `p50 is ${p50}`)
  assert.ok(mean > 90, `the mean is ${mean}`)
})
