import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Queue } from 'bullmq'
import { composeWorker } from '../../../src/compose/compose-worker.ts'
import { newId } from '../../../src/platform/ids.ts'
import { bullmqKeys, queuePrefix, RUN_QUEUE } from '../../../src/queue/bullmq-keys.ts'
import { watchWorkerHealth } from '../../../src/runs/execute/worker-health.ts'
import { isFinal } from '../../../src/runs/run.ts'
import { shardKeys } from '../../../src/runs/store/run-keys.ts'
import { startRunWorker } from '../../../workers/run.worker.ts'
import type { RunWorkerOptions } from '../../../workers/run-worker.ts'
import { allKeys } from '../../support/all-keys.ts'
import { aRequest, deliver, TAKE_ONE } from '../../support/runs.ts'
import { type Cleanup, type System, startSystem, until } from '../../support/system.ts'

const JOBS = bullmqKeys(0)

/** The queue of runs as any tool of BullMQ's sees it. */
function openAsTool(t: Cleanup, { core }: System): Queue {
  const queue = new Queue(RUN_QUEUE, {
    connection: core.redis,
    prefix: queuePrefix(0),
    skipVersionCheck: true,
  })
  t.after(() => queue.close())
  return queue
}

async function submit(system: System, task: string, count: number): Promise<string[]> {
  const ids: string[] = []
  for (let each = 0; each < count; each += 1) {
    const { body } = await system.call('POST', `/task/${task}/run?wait=0`, { task_input: { text: 'tea' } })
    ids.push(body.id)
  }
  return ids
}

const allEnded = (system: System, ids: readonly string[]) =>
  until(async () => (await system.core.runs.getMany(ids)).every((run) => run && isFinal(run.status)))

test("BullMQ's own tools see the jobs of runs, can hold up the queue, and find nothing left of what has ended", async (t) => {
  const system = await startSystem(t, { workers: 0 })
  const queue = openAsTool(t, system)
  await queue.pause()
  const ids = await submit(system, await system.createTask(), 3)
  assert.equal(await queue.getWaitingCount(), 3)
  assert.deepEqual((await queue.getWaiting()).map(({ id }) => id).sort(), ids.toSorted())
  await composeWorker(system.core)
  assert.deepEqual(
    (await system.core.runs.dequeue(0, { worker: 'w', claimsMax: 5, most: 9, token: 't', lockMs: 9 })).claims,
    [],
  )
  await queue.resume()
  await allEnded(system, ids)
  const counts = await queue.getJobCounts('waiting', 'active', 'delayed', 'completed', 'failed')
  assert.deepEqual(Object.values(counts), [0, 0, 0, 0, 0])
  assert.deepEqual(await allKeys(system.core.redis, JOBS.job('0*')), [], 'neither jobs nor locks')
})

test('one step takes as many runs as there is room for, oldest first, and tells whether more are left', async (t) => {
  const system = await startSystem(t, { workers: 0 })
  const ids = await submit(system, await system.createTask(), 5)
  const { runs } = system.core
  const options = { worker: 'a-worker', claimsMax: 5, most: 3, token: 'a-token', lockMs: 60_000 }
  const first = await runs.dequeue(0, options)
  assert.deepEqual([first.claims.map(({ request }) => request.id), first.empty], [ids.slice(0, 3), false])
  const second = await runs.dequeue(0, options)
  assert.deepEqual([second.claims.map(({ request }) => request.id), second.empty], [ids.slice(3), true])
  assert.deepEqual(await runs.dequeue(0, options), { claims: [], unknown: [], empty: true, nextDue: 0 })
})

test('a job whose run is gone, or has ended, is dropped on the way to the next one', async (t) => {
  const system = await startSystem(t, { workers: 0 })
  const { runs, redis } = system.core
  const gone = aRequest()
  assert.equal(await deliver(redis, runs, gone), null)
  const [next] = await submit(system, await system.createTask(), 1)
  await redis.rpush(JOBS.wait, gone.id)
  const { claims } = await runs.dequeue(0, { worker: 'w', claimsMax: 5, most: 2, token: 't', lockMs: 60_000 })
  assert.deepEqual(
    claims.map(({ request }) => request.id),
    [next],
  )
  assert.deepEqual(await redis.lrange(JOBS.active, 0, -1), [next])
})

test('a worker that stops gives back what it took: its attempts are unused, and another one has the runs at once', async (t) => {
  const system = await startSystem(t, {
    workers: 0,
    model: { latencyMs: 60_000 },
    env: { SPLITRUN_CONCURRENCY: '40', SPLITRUN_LANE_WINDOW: '100' },
  })
  const ids = await submit(system, await system.createTask(), 60)
  const { workers } = await composeWorker(system.core)
  await until(async () => workers.reduce((sum, each) => sum + each.active(), 0) === 40)
  await Promise.all(workers.map((each) => each.close()))
  for (const record of await system.core.runs.getMany(ids)) {
    assert.deepEqual([record?.status, record?.attempts], ['queued', []])
  }
  assert.equal(await system.core.redis.llen(JOBS.active), 0)
  const another = { ...TAKE_ONE, worker: 'another', most: 60 }
  const { claims } = await system.core.runs.dequeue(0, another)
  assert.deepEqual(claims.map(({ request }) => request.id).sort(), ids.toSorted())
})

/** A worker that has room for one run, and executes it for as long as it runs itself. */
function startOne({ core }: System, options: Partial<RunWorkerOptions> = {}): string {
  const id = newId()
  const health = watchWorkerHealth({ check: async () => {}, log: core.log, everyMs: 60_000 })
  core.lifecycle.onClose('health', () => health.close())
  const worker = startRunWorker({
    ...{ shard: 0, runs: core.runs, worker: id, concurrency: 1, claimsMax: 5, log: core.log },
    limited: () => new Map(),
    askedFor: () => 0,
    health,
    ...{ lockDurationMs: 60_000, stalledIntervalMs: 60_000, graceMs: 0 },
    connection: core.connections.blocking('worker:0', queuePrefix(0)),
    dispatchConnection: core.connections.blocking('hand:0', queuePrefix(0)),
    execute: (_claim, { stopping }) =>
      new Promise((resolve) => stopping.addEventListener('abort', () => resolve('superseded'))),
    ...options,
  })
  core.lifecycle.onClose('worker', () => worker.close())
  return id
}

test('while Redis is away, whatever its words for that, a worker asks again once a second at most', async (t) => {
  const system = await startSystem(t, { workers: 0 })
  const { runs } = system.core
  const failures: number[] = []
  const dequeue: typeof runs.dequeue = (...given) =>
    runs.dequeue(...given).catch((error) => {
      failures.push(performance.now())
      throw error
    })
  await system.redis.kill()
  startOne(system, { runs: { ...runs, dequeue } })
  await until(() => failures.length >= 3)
  for (const [at, time] of failures.slice(1, 3).entries()) assert.ok(time - (failures[at] ?? 0) > 950)
  await system.redis.start()
})

test('a job that was deferred is claimed once it is due, also when nothing else comes', async (t) => {
  const system = await startSystem(t, { workers: 0 })
  const { redis } = system.core
  const ids = await submit(system, await system.createTask(), 1)
  const due = Date.now() + 1500
  await redis
    .multi()
    .del(JOBS.wait)
    .zadd(JOBS.delayed, due * 4096, `${ids[0]}`)
    .exec()
  await composeWorker(system.core)
  await allEnded(system, ids)
  const record = await system.core.runs.get(ids[0] ?? '')
  assert.ok((record?.attempts[0]?.started ?? 0) >= due, 'not before')
})

test('runs that were dispatched to a worker without room for them are given back, for others to claim', async (t) => {
  const system = await startSystem(t, { workers: 0 })
  const { redis, runs } = system.core
  const task = await system.createTask()
  const worker = startOne(system, { lockDurationMs: 2000 })
  const own = shardKeys(0).dispatched(worker)
  await until(async () => (await redis.hget(own, 'runs')) !== null)
  const capacity = { worker, received: 0, room: 3, lockMs: 2000, full: [] }
  await runs.dequeue(0, { worker, claimsMax: 5, most: 0, token: worker, lockMs: 2000, capacity })
  await redis.persist(own)
  const ids = await submit(system, task, 3)
  await until(async () => (await redis.llen(JOBS.wait)) === 1)
  assert.deepEqual(
    (await runs.getMany(ids)).map((record) => record?.status),
    ['running', 'running', 'queued'],
  )
})

test('the weights count that are in force when a worker takes the run, not when it was accepted', async (t) => {
  const system = await startSystem(t, { workers: 0 })
  const task = await system.createTask()
  assert.equal((await system.call('POST', `/task/${task}`, { system_prompt: 'Another.' })).status, 200)
  const project = system.project.split('/').at(-1) ?? ''
  const [second, first] = await system.core.tasks.revisions(project, task)
  const set = (active_revisions: unknown[]) => system.call('POST', `/task/${task}`, { active_revisions })
  await set([{ task_revision_id: first?.id, weight: 1 }])
  // What was accepted by older weights, as far as this process had heard of them.
  const ids = await submit(system, task, 1)
  assert.equal(
    (await system.call('GET', `/task/${task}/run/${ids[0]}`)).body.task_revision_id,
    null,
    'nothing is known yet',
  )
  await set([{ task_revision_id: second?.id, weight: 1 }])
  await until(async () => {
    const active = (await system.core.tasks.recent(project, task))?.active_revisions
    return active?.length === 1 && active[0]?.task_revision_id === second?.id
  })
  await composeWorker(system.core)
  await allEnded(system, ids)
  assert.equal((await system.core.runs.get(ids[0] ?? ''))?.revision, second?.id)
})
