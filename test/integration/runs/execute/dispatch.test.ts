import assert from 'node:assert/strict'
import { test } from 'node:test'
import { composeWorker } from '../../../../src/compose/compose-worker.ts'
import { newId } from '../../../../src/platform/ids.ts'
import { silentLogger } from '../../../../src/platform/logger.ts'
import { connectRedis } from '../../../../src/platform/redis/redis.ts'
import { bullmqKeys } from '../../../../src/queue/bullmq-keys.ts'
import { followDispatch } from '../../../../src/runs/execute/follow-dispatch.ts'
import type { RunRequest } from '../../../../src/runs/run.ts'
import type { Claim } from '../../../../src/runs/store/claim.ts'
import { shardKeys } from '../../../../src/runs/store/run-keys.ts'
import { createRunStore } from '../../../../src/runs/store/run-store.ts'
import { startPrivateRedis } from '../../../support/redis.ts'
import { aRequest, aResult, claimed, STORE_OPTIONS, TAKE_ONE } from '../../../support/runs.ts'
import { type Cleanup, startSystem, until } from '../../../support/system.ts'

const KEYS = shardKeys(0)
const JOBS = bullmqKeys(0)
/** Longer than any test takes. */
const LOCK_MS = 60_000

async function openStore(t: Cleanup) {
  const { url } = await startPrivateRedis(t)
  const connections = connectRedis(url, silentLogger())
  t.after(() => connections.close())
  const redis = await connections.commands('test')
  const runs = createRunStore(redis, STORE_OPTIONS)

  /** A worker that is handed runs and does nothing with them. */
  async function startIdle() {
    const worker = newId()
    const claims: Claim[] = []
    const dispatch = followDispatch({
      redis: connections.blocking('hand', KEYS.dispatch(worker)),
      ...{ shard: 0, worker, lockMs: LOCK_MS, log: silentLogger() },
      onDispatched: (some) => claims.push(...some),
    })
    await until(() => dispatch.capacity(0, []) !== null)
    return {
      worker,
      dispatch,
      claims,
      /** It takes what there is, of which there is nothing left then; what it says counts until the test is over. */
      async announce(room: number) {
        await runs.dequeue(0, { ...TAKE_ONE, worker, token: worker, capacity: dispatch.capacity(room, []) })
        await redis.persist(KEYS.dispatched(worker))
      },
    }
  }
  async function create(
    count: number,
    fields: Partial<RunRequest> = {},
    model = 'a-model',
  ): Promise<RunRequest[]> {
    const requests = Array.from({ length: count }, () => aRequest(fields))
    await Promise.all(
      requests.map((request) =>
        runs.create(request, null, null, { revision: 'a-revision', split: null, model }),
      ),
    )
    return requests
  }
  const statusOf = async (requests: readonly RunRequest[]) =>
    (await runs.getMany(requests.map(({ id }) => id))).map((record) => record?.status)
  return { redis, runs, startIdle, create, statusOf }
}

test('a run that comes while a worker waits is its own at once: claimed, its attempt open, its job locked', async (t) => {
  const { redis, runs, startIdle, create } = await openStore(t)
  const idle = await startIdle()
  await idle.announce(2)
  const [request] = (await create(1)) as [RunRequest]
  await until(() => idle.claims.length === 1)
  const claim = idle.claims[0] ?? assert.fail()
  assert.deepEqual([claim.request, claim.fence, claim.revision], [request, 1, 'a-revision'])
  const record = await runs.get(request.id)
  assert.deepEqual([record?.status, record?.revision], ['running', 'a-revision'])
  assert.deepEqual(
    record?.attempts.map(({ number, worker, started, outcome }) => ({ number, worker, started, outcome })),
    [{ number: 1, worker: idle.worker, started: claim.claimed, outcome: 'open' }],
  )
  assert.deepEqual(await redis.lrange(JOBS.active, 0, -1), [request.id])
  assert.equal(await redis.get(JOBS.lock(request.id)), idle.worker)
  assert.equal(await redis.zscore(KEYS.running, request.id), String(claim.claimed))
  assert.equal(await redis.zcard(KEYS.runsIn(request.project, 'queued')), 0)
  assert.equal(await redis.zcard(KEYS.runsIn(request.project, 'running')), 1)
  assert.deepEqual(await redis.hgetall(KEYS.enqueuedCounts), {})
  assert.deepEqual((await runs.dequeue(0, TAKE_ONE)).claims, [], 'nobody else can take it')

  assert.equal(await runs.settle(claim, aResult(), [], null), true)
  assert.equal(await redis.exists(JOBS.active, JOBS.job(request.id), JOBS.lock(request.id)), 0)
})

test('as many are dispatched as there is capacity for, to the worker that has the most; the others are queued', async (t) => {
  const { redis, startIdle, create, statusOf } = await openStore(t)
  const [small, large] = [await startIdle(), await startIdle()]
  await small.announce(1)
  await large.announce(3)
  const requests = await create(6)
  await until(() => large.claims.length === 3 && small.claims.length === 1)
  assert.deepEqual(
    [...large.claims, ...small.claims].map(({ request }) => request.id),
    requests.slice(0, 4).map(({ id }) => id),
  )
  assert.deepEqual((await statusOf(requests)).slice(4), ['queued', 'queued'])
  assert.equal(await redis.llen(JOBS.wait), 2)
})

test('runs that wait already go first, and from a queue that is paused nothing is dispatched', async (t) => {
  const { redis, runs, startIdle, create, statusOf } = await openStore(t)
  const idle = await startIdle()
  const early = await create(1)
  // It says so beside a queue that has something, as a worker does that settles its last run.
  const [settling] = (await create(1)) as [RunRequest]
  await runs.settle(await claimed(redis, runs, settling), aResult(), [], null, () =>
    idle.dispatch.capacity(5, []),
  )
  const late = await create(1)
  assert.deepEqual(await statusOf([...early, ...late]), ['queued', 'queued'])

  await redis.del(JOBS.wait)
  await redis.hset(JOBS.meta, 'paused', 1)
  assert.deepEqual(await statusOf(await create(1)), ['queued'])
  assert.deepEqual(idle.claims, [])
})

test('a new run overtakes queued runs of other models that could be claimed, but none of its project for its model', async (t) => {
  const { redis, runs, startIdle, create, statusOf } = await openStore(t)
  const idle = await startIdle()
  const project = newId()
  const OLDEST = 50
  await create(OLDEST, { project: newId() }, 'slow-model')
  // Behind the oldest, which are all that is looked at of other projects.
  await create(1, { project })
  const [settling] = (await create(1)) as [RunRequest]
  await runs.settle(await claimed(redis, runs, settling), aResult(), [], null, () =>
    idle.dispatch.capacity(9, []),
  )
  await redis.persist(KEYS.dispatched(idle.worker))
  assert.deepEqual(await statusOf(await create(1, { project }, 'healthy-model')), ['running'])
  assert.deepEqual(await statusOf(await create(1, { project })), ['queued'])
  assert.deepEqual(await statusOf(await create(1, { project: newId() }, 'slow-model')), ['queued'])
})

test('what is still under way to a worker counts against what it has room for', async (t) => {
  const { redis, runs, startIdle, create, statusOf } = await openStore(t)
  const idle = await startIdle()
  await idle.announce(3)
  await create(2)
  await until(() => idle.claims.length === 2)
  // As if it had not heard of the second yet.
  const said = idle.dispatch.capacity(3, []) ?? assert.fail()
  await runs.dequeue(0, {
    ...TAKE_ONE,
    worker: idle.worker,
    token: idle.worker,
    capacity: { ...said, received: 1 },
  })
  await redis.persist(KEYS.dispatched(idle.worker))
  const statuses = await statusOf(await create(4))
  assert.deepEqual(statuses, ['running', 'running', 'queued', 'queued'])
})

test('a worker that has gone, or has said nothing for a while, is handed nothing', async (t) => {
  const { redis, startIdle, create, statusOf } = await openStore(t)
  const [gone, silent] = [await startIdle(), await startIdle()]
  await gone.announce(9)
  await gone.dispatch.close()
  await silent.announce(5)
  // What a second does.
  await redis.pexpire(KEYS.dispatched(silent.worker), 0)
  assert.deepEqual(await statusOf(await create(1)), ['queued'])
  assert.deepEqual([gone.claims, silent.claims], [[], []])
  assert.equal(await redis.zcard(KEYS.capacities), 0, 'and is forgotten')
  await redis.del(JOBS.wait)
  await silent.announce(5)
  assert.deepEqual(await statusOf(await create(1)), ['running'], 'until it says something again')
})

test('what Redis has no memory for is not dispatched either', async (t) => {
  const { redis, startIdle, create } = await openStore(t)
  const idle = await startIdle()
  await create(1)
  await redis.del(JOBS.wait)
  await idle.announce(5)
  await redis.config('SET', 'maxmemory', '1')
  await assert.rejects(create(1), /OOM/)
  await redis.config('SET', 'maxmemory', '0')
  const [next] = await create(1)
  await until(() => idle.claims.length > 0)
  assert.deepEqual(
    idle.claims.map(({ request }) => request.id),
    [next?.id],
  )
})

test('a worker that waits for single calls dequeues nearly none of their runs: they are dispatched to it', async (t) => {
  const system = await startSystem(t)
  const task = await system.createTask()
  const run = async () => {
    const { body } = await system.call('POST', `/task/${task}/run`, { task_input: { text: 'tea' } })
    assert.equal(body.status, 'succeeded')
  }
  await run()
  const takes = async () =>
    Number(/cmdstat_rpop:calls=(\d+)/.exec(await system.core.redis.info('commandstats'))?.[1])
  const before = await takes()
  for (let time = 0; time < 20; time += 1) await run()
  assert.ok((await takes()) - before < 10)
})

test('a worker that stops gives back what was dispatched to it meanwhile, and another one can have it', async (t) => {
  const env = { SPLITRUN_LANE_WINDOW: '100' }
  const system = await startSystem(t, { workers: 0, model: { latencyMs: 60_000 }, env })
  const { core } = system
  const task = await system.createTask()
  const { workers } = await composeWorker(core)
  const ids: string[] = []
  const submit = async () => {
    const { body } = await system.call('POST', `/task/${task}/run?wait=0`, { task_input: { text: 'tea' } })
    ids.push(body.id)
  }
  await Promise.all(Array.from({ length: 20 }, submit))
  const closed = Promise.all(workers.map((each) => each.close()))
  await Promise.all(Array.from({ length: 20 }, submit))
  await closed
  for (const record of await core.runs.getMany(ids)) {
    assert.deepEqual([record?.status, record?.attempts], ['queued', []])
  }
  const { claims } = await core.runs.dequeue(0, { ...TAKE_ONE, worker: 'another', most: 40 })
  assert.deepEqual(claims.map(({ request }) => request.id).sort(), ids.toSorted())
})
