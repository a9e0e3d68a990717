import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { silentLogger } from '../../src/platform/logger.ts'
import { connectRedis, type Redis } from '../../src/platform/redis/redis.ts'
import { isFinal } from '../../src/runs/run.ts'
import { type Answer, startSystem, until, useSystem } from '../support/system.ts'

/** Short enough to be waited for, and long enough for a busy machine to answer in. */
const env = { SPLITRUN_REDIS_TIMEOUT: '5s', SPLITRUN_STALLED_INTERVAL: '1s', SPLITRUN_LOCK_DURATION: '2s' }

function assertRefused({ status, headers, body }: Answer): void {
  assert.deepEqual([status, body.detail.reason], [503, 'STORE_UNAVAILABLE'])
  assert.equal(body.detail.retryable, true)
  assert.ok(Number(headers.get('retry-after')) > 0)
}

describe('a Redis in trouble', () => {
  const running = useSystem({ env })
  let operator: Redis
  let connections: ReturnType<typeof connectRedis>
  let task: string

  before(async () => {
    connections = connectRedis(running().redis.url, silentLogger())
    operator = await connections.commands('operator')
    task = await running().createTask()
  })
  after(() => connections.close())

  const run = (query = '') =>
    running().call('POST', `/task/${task}/run${query}`, { task_input: { text: 'tea' } })
  const runs = async (): Promise<{ id: string; status: string }[]> =>
    (await running().call('GET', `/task/${task}/run`)).body.results

  test('that is full refuses what is new, shows what is there, and goes on when it has room', async () => {
    assert.equal((await run()).status, 200)
    const before = await runs()
    await operator.config('SET', 'maxmemory', '1')
    for (const query of ['', '?wait=0']) {
      const refused = await run(query)
      assertRefused(refused)
      assert.equal(refused.body.detail.run_id, undefined, 'Redis has refused it, so it was not accepted')
    }
    assertRefused(await running().call('POST', `/task/${task}`, { description: 'new' }))
    assert.deepEqual(await runs(), before)
    await operator.config('SET', 'maxmemory', '0')
    assert.equal((await run()).status, 200)
    assert.equal((await runs()).length, before.length + 1)
  })

  test('that fills up while runs are executed ends each of them once', async () => {
    const ids = await Promise.all(Array.from({ length: 5 }, async () => (await run('?wait=0')).body.id))
    await operator.config('SET', 'maxmemory', '1')
    assertRefused(await run())
    await operator.config('SET', 'maxmemory', '0')
    await until(async () =>
      (await running().core.runs.getMany(ids)).every((each) => isFinal(each?.status ?? 'queued')),
    )
    for (const record of await running().core.runs.getMany(ids)) {
      assert.equal(record?.status, 'succeeded')
      assert.equal(record?.attempts.filter(({ outcome }) => outcome === 'succeeded').length, 1)
    }
  })

  test('that has become a replica refuses what is new, and goes on when it is a master again', async () => {
    await operator.replicaof('127.0.0.1', 1)
    assertRefused(await run())
    await operator.replicaof('NO', 'ONE')
    await until(async () => (await run()).status === 200)
  })

  test('that holds writes back ends every call within the time allowed, and says which run may yet be', async () => {
    await operator.client('PAUSE', 600_000, 'WRITE')
    let refused: Awaited<ReturnType<typeof run>>[]
    try {
      refused = await Promise.all([run(), run('?wait=0')])
    } finally {
      await operator.client('UNPAUSE')
    }
    for (const each of refused) assertRefused(each)
    // One that came only when the connection had been given up was certainly not accepted, and names no run.
    refused = refused.filter(({ body }) => body.detail.run_id !== undefined)
    assert.ok(refused.length > 0)
    for (const { body } of refused) assert.match(body.detail.run_id, /^[0-9a-f-]{36}$/)
    // Whatever came of it, it is all or nothing: there is no such run, or it ends like any other.
    for (const { body } of refused) {
      await until(async () => {
        const found = await running().call('GET', `/task/${task}/run/${body.detail.run_id}`)
        return found.status === 404 || (found.status === 200 && found.body.done)
      })
    }
    await until(async () => (await run()).status === 200)
  })

  test('that says nothing at all ends every call within the time allowed, and goes on when it wakes', async () => {
    const { redis, url, call } = running()
    redis.pause()
    const answers = await Promise.all([run(), call('GET', '/task'), call('GET', `/task/${task}/run`)])
    for (const each of answers) assertRefused(each)
    assert.equal((await fetch(`${url}/readyz`)).status, 503)
    assert.equal((await fetch(`${url}/healthz`)).status, 200)
    redis.resume()
    await until(async () => (await run()).status === 200)
  })
})

test('without Redis every call is refused at once, and all goes on by itself when it is back', async (t) => {
  const system = await startSystem(t, { env, durable: true, model: { latencyMs: 300 } })
  const task = await system.createTask()
  const run = (query = '') =>
    system.call('POST', `/task/${task}/run${query}`, { task_input: { text: 'tea' } })
  assert.equal((await run()).status, 200)

  const waiting = Array.from({ length: 5 }, () => run())
  await until(() => (system.model.stats()['answered'] ?? 0) >= 6)
  await system.redis.kill()
  await until(async () => (await fetch(`${system.url}/readyz`)).status === 503)
  assertRefused(await run())
  assertRefused(await system.call('GET', '/task'))
  assert.equal((await fetch(`${system.url}/healthz`)).status, 200)

  await system.redis.start()
  await until(async () => (await fetch(`${system.url}/readyz`)).status === 200)
  // Those who waited all the while have their answer.
  for (const { status, body } of await Promise.all(waiting)) {
    assert.deepEqual([status, body.status], [200, 'succeeded'])
  }
  await until(async () => (await run()).status === 200)
})

test('while Redis loads its data calls are refused, and then go on', async (t) => {
  const system = await startSystem(t, { env, durable: true })
  const task = await system.createTask()
  const run = () => system.call('POST', `/task/${task}/run`, { task_input: { text: 'tea' } })
  const filling = system.core.redis.pipeline()
  for (let key = 0; key < 6000; key += 1) filling.set(`filler:${key}`, 'x')
  await filling.exec()
  await system.redis.kill()
  // A third of a millisecond for each key; every thousand keys it listens to clients.
  const loaded = system.redis.start(['--key-load-delay', '300'])
  let ready = false
  void loaded.then(() => {
    ready = true
  })
  let refused = 0
  await until(async () => {
    const answer = await run()
    if (answer.status === 200) return true
    assertRefused(answer)
    if (!ready) refused += 1
    return false
  })
  await loaded
  assert.ok(refused > 0)
})
