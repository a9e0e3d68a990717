import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type Job, Queue, Worker } from 'bullmq'
import { composeWorker } from '../../../src/compose/compose-worker.ts'
import { bullmqKeys, queuePrefix, RUN_QUEUE } from '../../../src/queue/bullmq-keys.ts'
import { isFinal, type RunRecord } from '../../../src/runs/run.ts'
import { allKeys } from '../../support/all-keys.ts'
import { TAKE_ONE } from '../../support/runs.ts'
import { type Cleanup, type System, startSystem, until, useSystem } from '../../support/system.ts'

const KEYS = bullmqKeys(0)

/** The queue of runs as anybody's code sees it that knows BullMQ and nothing of Splitrun. */
function openAsTool(t: Cleanup, { core }: System): Queue {
  const queue = new Queue(RUN_QUEUE, {
    connection: core.redis,
    prefix: queuePrefix(0),
    skipVersionCheck: true,
  })
  t.after(() => queue.close())
  return queue
}

async function submit(system: System, count: number): Promise<string[]> {
  const task = await system.createTask()
  const ids: string[] = []
  for (let each = 0; each < count; each += 1) {
    const { body } = await system.call('POST', `/task/${task}/run?wait=0`, { task_input: { text: 'tea' } })
    ids.push(body.id)
  }
  return ids
}

async function allEnded({ core }: System, ids: readonly string[]): Promise<RunRecord[]> {
  let records: (RunRecord | null)[] = []
  await until(async () => {
    records = await core.runs.getMany(ids)
    return records.every((record) => record && isFinal(record.status))
  })
  return records.filter((record) => record !== null)
}

const jobsOf = async (queue: Queue, ids: readonly string[]): Promise<Job[]> =>
  (await Promise.all(ids.map((id) => queue.getJob(id)))).filter((job) => job !== undefined)

describe("a job that BullMQ's Queue.add makes and one that ours makes", () => {
  const running = useSystem({ workers: 0 })

  test('are the same, member by member, and stand in the same keys', async (t) => {
    const system = running()
    const { redis } = system.core
    const queue = openAsTool(t, system)
    const [id = ''] = await submit(system, 1)
    const ours = await redis.hgetall(KEYS.job(id))
    const before = new Set(await allKeys(redis, `${queuePrefix(0)}:*`))
    const added = await queue.add(RUN_QUEUE, {}, { jobId: 'theirs', timestamp: Number(ours['timestamp']) })
    // `opts`: theirs repeat what the call was given. Ours are given nothing, and no worker of ours reads them.
    const { opts, ...theirJob } = await redis.hgetall(KEYS.job(added.id ?? ''))
    assert.deepEqual({ ...theirJob, opts: '{}' }, ours)
    assert.deepEqual(Object.keys(JSON.parse(opts ?? '')), ['jobId', 'timestamp', 'attempts'])
    assert.deepEqual(await redis.lrange(KEYS.wait, 0, -1), ['theirs', id])
    assert.deepEqual(await redis.zrange(KEYS.marker, 0, '-1', 'WITHSCORES'), ['0', '0'])
    const made = (await allKeys(redis, `${queuePrefix(0)}:*`)).filter((key) => !before.has(key))
    // `events`: nobody reads events of single jobs here. `id`: a counter for jobs without an id of their own.
    const theirs = ['events', 'id', 'theirs'].map((name) => `${queuePrefix(0)}:${RUN_QUEUE}:${name}`)
    assert.deepEqual(made.filter((key) => !key.endsWith(':meta')).sort(), theirs)
    await added.remove()
    assert.deepEqual(
      await queue.getJobCounts('wait', 'active', 'delayed', 'prioritized', 'failed', 'completed'),
      {
        ...{ wait: 1, active: 0, delayed: 0, prioritized: 0, failed: 0, completed: 0 },
      },
    )
    const job = (await queue.getJob(id)) ?? assert.fail('BullMQ does not know it')
    assert.deepEqual([job.name, job.data, job.priority, job.delay], [RUN_QUEUE, {}, 0, 0])
    assert.equal(await job.getState(), 'waiting')
  })
})

describe("what BullMQ's own classes do to the queue of a running system", () => {
  const running = useSystem({
    env: {
      SPLITRUN_JANITOR_INTERVAL: '100ms',
      SPLITRUN_STALLED_INTERVAL: '500ms',
    },
  })

  /** Has five runs stand in a paused queue, does something to it, and lets it go on: all five have to succeed. */
  async function survives(t: Cleanup, act: (queue: Queue, ids: readonly string[]) => Promise<unknown>) {
    const system = running()
    const queue = openAsTool(t, system)
    await queue.pause()
    const ids = await submit(system, 5)
    await act(queue, ids)
    await queue.resume()
    const records = await allEnded(system, ids)
    assert.deepEqual(
      records.map(({ status, attempts }) => [status, attempts.length]),
      ids.map(() => ['succeeded', 1]),
    )
    const counts = await queue.getJobCounts('wait', 'active', 'delayed', 'prioritized')
    assert.deepEqual(counts, { wait: 0, active: 0, delayed: 0, prioritized: 0 }, 'no job is left over')
    assert.deepEqual(await queue.getJobs(['wait', 'active', 'delayed', 'prioritized']), [])
  }

  const OPERATIONS: Record<string, (queue: Queue, ids: readonly string[]) => Promise<unknown>> = {
    'pause and resume': async (queue) => assert.equal(await queue.isPaused(), true),
    drain: (queue) => queue.drain(),
    'drain, delayed ones too': (queue) => queue.drain(true),
    'clean of those that wait': (queue) => queue.clean(0, 0, 'wait'),
    remove: (queue, ids) => Promise.all(ids.slice(0, 3).map((id) => queue.remove(id))),
    'changePriority, up and down again': async (queue, ids) => {
      const [first, second] = await jobsOf(queue, ids)
      await first?.changePriority({ priority: 7 })
      await second?.changePriority({ priority: 3 })
      assert.equal((await queue.getJobCounts('prioritized'))['prioritized'], 2)
      await second?.changePriority({ priority: 0 })
    },
    'remove of a prioritized job': async (queue, ids) => {
      const [first] = await jobsOf(queue, ids)
      await first?.changePriority({ priority: 7 })
      await queue.remove(first?.id ?? '')
    },
    'clean of those that are prioritized': async (queue, ids) => {
      for (const job of await jobsOf(queue, ids)) await job.changePriority({ priority: 1 })
      await queue.clean(0, 0, 'prioritized')
    },
    obliterate: (queue) => queue.obliterate({ force: true }).then(() => queue.pause()),
    'retryJobs and promoteJobs': async (queue) => {
      await queue.retryJobs({ state: 'failed' })
      await queue.promoteJobs()
    },
    'deleting the hashes of jobs by hand': (_queue, ids) => running().core.redis.del(...ids.map(KEYS.job)),
    'deleting the list of those that wait by hand': () => running().core.redis.del(KEYS.wait),
  }
  for (const [name, act] of Object.entries(OPERATIONS)) {
    test(`${name}: every run is executed all the same, once`, async (t) => survives(t, act))
  }
})

describe('before a worker of ours is there', () => {
  const settings = { SPLITRUN_JANITOR_INTERVAL: '100ms' }
  const running = useSystem({ workers: 0, env: settings })

  test('a foreign worker that completes, or fails, the jobs of runs leaves none of them queued for ever', async (t) => {
    const system = running()
    const queue = openAsTool(t, system)
    const ids = await submit(system, 6)
    let turn = 0
    const foreign = new Worker(
      RUN_QUEUE,
      async () => {
        turn += 1
        if (turn % 2 === 0) throw new Error('not mine')
      },
      { connection: system.core.connections.blocking('foreign', queuePrefix(0)), prefix: queuePrefix(0) },
    )
    await until(async () => {
      const { completed = 0, failed = 0 } = await queue.getJobCounts('completed', 'failed')
      return completed + failed === ids.length
    })
    await foreign.close()
    await composeWorker(system.core)
    for (const { status } of await allEnded(system, ids)) assert.equal(status, 'succeeded')
  })
})

describe('runs that are deferred', () => {
  const OPERATIONS: Record<string, (queue: Queue, ids: readonly string[]) => Promise<unknown>> = {
    'drain, delayed ones too': (queue) => queue.drain(true),
    'clean of those that are delayed': (queue) => queue.clean(0, 0, 'delayed'),
    remove: (queue, ids) => Promise.all(ids.map((id) => queue.remove(id))),
    promote: async (queue, ids) => {
      for (const job of await jobsOf(queue, ids)) await job.promote()
    },
    promoteJobs: (queue) => queue.promoteJobs(),
    changeDelay: async (queue, ids) => {
      for (const job of await jobsOf(queue, ids)) await job.changeDelay(200)
    },
    obliterate: async (queue) => {
      await queue.pause()
      await queue.obliterate({ force: true })
    },
  }
  for (const [name, act] of Object.entries(OPERATIONS)) {
    test(`${name}: each of them is executed all the same, once`, async (t) => {
      const system = await startSystem(t, { workers: 0, env: { SPLITRUN_JANITOR_INTERVAL: '100ms' } })
      const queue = openAsTool(t, system)
      const ids = await submit(system, 3)
      const { runs } = system.core
      for (const claim of (await runs.dequeue(0, { ...TAKE_ONE, most: 3 })).claims) {
        assert.equal(await runs.release(claim, [], 700), 'queued')
      }
      assert.equal(await queue.getDelayedCount(), 3)
      await act(queue, ids)
      await composeWorker(system.core)
      for (const { status, attempts } of await allEnded(system, ids)) {
        assert.deepEqual([status, attempts.length], ['succeeded', 1])
      }
    })
  }
})

describe('limits that somebody sets on the queue', () => {
  const running = useSystem({ env: { SPLITRUN_CONCURRENCY: '20' } })

  test('setGlobalConcurrency: never more runs at once than it says, and all of them in the end', async (t) => {
    const system = running()
    const queue = openAsTool(t, system)
    await queue.setGlobalConcurrency(2)
    const ids = await submit(system, 12)
    const records = await allEnded(system, ids)
    await queue.removeGlobalConcurrency()
    const spans = records.map(
      ({ attempts, result }) => [attempts[0]?.started ?? 0, result?.settled ?? 0] as const,
    )
    for (const [began] of spans) {
      const atOnce = spans.filter(([start, end]) => start <= began && began < end).length
      assert.ok(atOnce <= 2, `${atOnce} at once`)
    }
  })

  test('setGlobalRateLimit: no more runs begin within its time than it says, and all of them in the end', async (t) => {
    const system = await startSystem(t, { workers: 0 })
    const queue = openAsTool(t, system)
    const max = 3
    await queue.setGlobalRateLimit(max, 600_000)
    const ids = await submit(system, 3 * max)
    const { runs, redis } = system.core
    const begin = async () => (await runs.dequeue(0, { ...TAKE_ONE, most: ids.length })).claims
    for (const time of [1, 2]) {
      const claims = await begin()
      assert.equal(claims.length, max, `in time ${time}`)
      assert.deepEqual(await begin(), [], `in time ${time}`)
      for (const claim of claims) assert.equal(await runs.release(claim, [], 0), 'queued')
      // Its time is over.
      assert.equal(await redis.del(bullmqKeys(0).limiter), 1)
    }
    await queue.setGlobalRateLimit(max, 100)
    await composeWorker(system.core)
    for (const { status } of await allEnded(system, ids)) assert.equal(status, 'succeeded')
  })
})
