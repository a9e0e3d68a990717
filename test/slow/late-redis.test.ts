import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { type TestContext, test } from 'node:test'
import { freePorts } from '../support/free-ports.ts'
import { startProcess } from '../support/processes.ts'
import { startPrivateRedis } from '../support/redis.ts'

const NOT_REACHABLE = { code: 3, signal: null }

const begin = (t: TestContext, command: string, url: string, env: Record<string, string> = {}) =>
  startProcess(t, command, {
    ...{ PORT: '0', REDIS_URL: url, SPLITRUN_SIMULATED_URL: 'http://127.0.0.1:1/v1' },
    ...env,
  })

test('processes that are started before their Redis wait for it, say so once, and go on', async (t) => {
  const redis = await startPrivateRedis(t)
  await redis.kill()
  const [api, worker] = [begin(t, 'api', redis.url), begin(t, 'worker', redis.url)]
  await Promise.all([api.wrote(/waiting for Redis/), worker.wrote(/waiting for Redis/)])
  await redis.start()
  const port = await api.listening
  assert.equal((await fetch(`http://127.0.0.1:${port}/readyz`)).status, 200)
  await worker.wrote(/"consuming"/)
  for (const { output } of [api, worker]) assert.equal(output().match(/waiting for Redis/g)?.length, 1)
  await Promise.all([api.stop('SIGTERM'), worker.stop('SIGTERM')])
})

test('one that takes connections and is silent is waited for, too', async (t) => {
  const redis = await startPrivateRedis(t)
  redis.pause()
  const api = begin(t, 'api', redis.url)
  await api.wrote(/waiting for Redis/)
  redis.resume()
  assert.ok((await api.listening) > 0)
  await api.stop('SIGTERM')
})

test('one that does not come within the patience ends the process, which says where it looked, without the password', async (t) => {
  const url = `redis://user:se@cret@127.0.0.1:${await freePorts(1)}/0`
  const api = begin(t, 'api', url, { SPLITRUN_REDIS_PATIENCE: '500ms' })
  assert.deepEqual(await api.exited, NOT_REACHABLE)
  assert.match(
    api.output(),
    /splitrun: Redis at redis:\/\/127\.0\.0\.1:\d+\/0 could not be used within 0\.5 s: .*ECONNREFUSED/,
  )
  assert.doesNotMatch(api.output(), /cret/)
})

test('a process that is told to stop while it waits ends well, at once', async (t) => {
  const worker = begin(t, 'worker', `redis://127.0.0.1:${await freePorts(1)}`)
  await worker.wrote(/waiting for Redis/)
  assert.deepEqual(await worker.stop('SIGTERM'), { code: 0, signal: null })
})

test('what waiting cannot mend ends the process at once: a wrong login, no such database, no Redis', async (t) => {
  const [port = 0] = await freePorts(1)
  await startPrivateRedis(t, { args: ['--port', String(port), '--bind', '127.0.0.1'] })
  const other = createServer((socket) => socket.on('error', () => {}).write('SSH-2.0-not_a_redis\r\n'))
  await once(other.listen(0, '127.0.0.1'), 'listening')
  t.after(() => void other.close())
  const wrong = {
    WRONGPASS: `redis://nobody:secret@127.0.0.1:${port}`,
    'DB index is out of range': `redis://127.0.0.1:${port}/99`,
    'Unknown RESP type': `redis://127.0.0.1:${(other.address() as AddressInfo).port}`,
  }
  await Promise.all(
    Object.entries(wrong).map(async ([reason, url]) => {
      const api = begin(t, 'api', url)
      assert.deepEqual(await api.exited, NOT_REACHABLE)
      assert.match(api.output(), new RegExp(`splitrun: Redis at redis://127.* cannot be used: .*${reason}`))
      assert.doesNotMatch(api.output(), /waiting for Redis|secret/)
    }),
  )
})
