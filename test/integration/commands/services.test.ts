import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { runHere, startCommand } from '../../support/command-line.ts'
import { type PrivateRedis, startPrivateRedis } from '../../support/redis.ts'

describe('commands that serve', () => {
  const cleanups: (() => Promise<void> | void)[] = []
  let redis: PrivateRedis
  let env: Record<string, string>
  before(async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'splitrun-services-'))
    cleanups.push(() => rm(dataDir, { recursive: true, force: true }))
    redis = await startPrivateRedis({ after: (clean) => void cleanups.push(clean) })
    env = { REDIS_URL: redis.url, SPLITRUN_DATA_DIR: dataDir, PORT: '0', SPLITRUN_SHUTDOWN_GRACE: '0s' }
  })
  after(async () => {
    for (const clean of cleanups) await clean()
  })

  test('api listens, reports its port, logs to standard output, and ends well when it is told to stop', async () => {
    const api = startCommand(['api'], { env })
    const port = await api.listening
    assert.equal((await fetch(`http://127.0.0.1:${port}/readyz`)).status, 200)
    const { code, stdout, stderr } = await api.stop('SIGTERM')
    assert.deepEqual([code, stderr], [0, ''])
    const log = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    assert.ok(log.some((line) => line.msg === 'listening' && line.port === port))
    assert.deepEqual([log.at(-1).msg, log.at(-1).reason], ['stopping', 'SIGTERM'])
    await assert.rejects(fetch(`http://127.0.0.1:${port}/readyz`))
  })

  test('worker consumes, and ends well when it is told to stop', async () => {
    const worker = startCommand(['worker'], { env })
    await worker.wrote(/"consuming"/)
    const { code, stderr } = await worker.stop('SIGINT')
    assert.deepEqual([code, stderr], [0, ''])
  })

  test('simulated-model prints its URL for a script, also beside a real model', async () => {
    for (const [args, url] of [
      [[], /^(http:\S+)\n$/],
      [['--json'], /^\{"url":"(http:[^"]+)"\}\n$/],
    ] as const) {
      const model = startCommand(['simulated-model', ...args], { env: { OPENAI_API_KEY: 'sk-real' } })
      const [, found] = await model.wrote(url)
      assert.equal((await fetch(`${found}/models`)).status, 200)
      assert.equal((await model.stop()).code, 0)
    }
  })

  test('a port that is taken is said to be, with a code of its own, and nothing is left open', async () => {
    const api = startCommand(['api'], { env })
    const port = String(await api.listening)
    const second = await runHere(['api'], { env: { ...env, PORT: port } })
    const model = await runHere(['simulated-model'], { env: { SPLITRUN_SIMULATED_PORT: port } })
    for (const { code, stderr } of [second, model]) {
      assert.match(stderr, new RegExp(`^splitrun: .*EADDRINUSE.*:${port}\\n$`))
      assert.equal(code, 3)
    }
    await api.stop()
  })

  test('a host that has no address here is told as that, and not as a Redis that went away', async () => {
    for (const HOST of ['a..b', 'x'.repeat(300)]) {
      const { code, stderr } = await runHere(['api'], { env: { ...env, HOST, PORT: '0' } })
      assert.match(stderr, new RegExp(`^splitrun: listen E\\w+: HOST ${HOST} has no address here\n$`))
      assert.equal(code, 3)
    }
  })

  test('told to stop while it waits for Redis, one that serves ends well and one that has work to do does not', async () => {
    const away = { ...env, REDIS_URL: join(redis.dir, 'none.sock') }
    const api = startCommand(['api'], { env: away })
    await api.wrote(/waiting for Redis/)
    assert.equal((await api.stop()).code, 0)
    const token = startCommand(['token'], { env: away })
    const { code, stdout, stderr } = await token.stop('SIGINT')
    assert.deepEqual([code, stdout], [130, ''])
    assert.match(stderr, /^splitrun: interrupted/m)
  })
})
