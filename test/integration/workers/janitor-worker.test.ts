import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { Queue, Worker } from 'bullmq'
import { silentLogger } from '../../../src/platform/logger.ts'
import { connectRedis } from '../../../src/platform/redis/redis.ts'
import { JANITOR_PREFIX, JANITOR_QUEUE, openJanitorQueue } from '../../../src/queue/janitor-queue.ts'
import { startJanitorWorker } from '../../../workers/janitor.worker.ts'
import { allKeys } from '../../support/all-keys.ts'
import { startPrivateRedis } from '../../support/redis.ts'
import { until } from '../../support/system.ts'

const EVERY_MS = 100

/** A Redis of the test's own, and processes that take part in its janitor. */
async function setUp(t: TestContext) {
  const closers: (() => Promise<void> | void)[] = []
  // The Redis goes last.
  t.after(async () => {
    for (const close of closers.toReversed()) await close()
  })
  const redis = await startPrivateRedis({ after: (close) => void closers.push(close as () => Promise<void>) })
  const log = silentLogger()
  return {
    redis,
    /** Connections as a process has them. */
    connect() {
      const connections = connectRedis(redis.url, log)
      closers.push(() => connections.close())
      return connections
    },
    joinIn(cleanUp: (signal: AbortSignal) => Promise<void>) {
      const janitor = startJanitorWorker({
        ...{
          connection: this.connect().blocking('janitor', JANITOR_PREFIX),
          everyMs: EVERY_MS,
          log,
          cleanUp,
        },
        // Of the living none loses its lock, however busy the machine.
        ...{ lockDurationMs: 60_000, stalledIntervalMs: 500 },
      })
      closers.push(() => janitor.close())
      return janitor
    },
  }
}

/** Ticks that do nothing, counted. */
function counting() {
  const counter = {
    rounds: 0,
    cleanUp: async () => {
      counter.rounds += 1
    },
  }
  return counter
}

test('of many processes one has a round at a time, though a round takes longer than the interval', async (t) => {
  const stage = await setUp(t)
  let [now, most, rounds] = [0, 0, 0]
  const cleanUp = async () => {
    now += 1
    most = Math.max(most, now)
    await pause(2 * EVERY_MS)
    now -= 1
    rounds += 1
  }
  for (let process = 0; process < 3; process += 1) stage.joinIn(cleanUp)
  await until(() => rounds >= 5)
  assert.equal(most, 1)
})

test('a round whose process died is given to another one', async (t) => {
  const stage = await setUp(t)
  const connections = stage.connect()
  const queue = openJanitorQueue(await connections.commands('test'), () => {})
  await queue.prepare()
  await queue.request(EVERY_MS)
  // Takes a job and is not heard of again.
  const dead = new Worker(JANITOR_QUEUE, null, {
    ...{
      connection: connections.blocking('dead', JANITOR_PREFIX),
      prefix: JANITOR_PREFIX,
      lockDuration: 500,
    },
  })
  await until(async () => (await dead.getNextJob('dead', { block: false })) !== undefined)
  await Promise.all([dead.close(), queue.close()])
  const living = counting()
  stage.joinIn(living.cleanUp)
  await until(() => living.rounds >= 3)
})

test('of all who ask within an interval one is heard', async (t) => {
  const stage = await setUp(t)
  const redis = await stage.connect().commands('test')
  const queues = [1, 2, 3].map(() => openJanitorQueue(redis, () => {}))
  t.after(() => Promise.all(queues.map((queue) => queue.close())).then(() => {}))
  const waiting = `${JANITOR_PREFIX}:${JANITOR_QUEUE}:wait`
  for (let time = 0; time < 2; time += 1) {
    await Promise.all(queues.map((queue) => queue.request(600_000)))
    assert.equal(await redis.llen(waiting), 1)
  }
  // Also when that round is over.
  await redis.del(waiting)
  await Promise.all(queues.map((queue) => queue.request(600_000)))
  assert.equal(await redis.llen(waiting), 0)
})

test('a round that lasts longer than the interval lets no others pile up', async (t) => {
  const stage = await setUp(t)
  const redis = await stage.connect().commands('test')
  let [rounds, most] = [0, 0]
  for (let process = 0; process < 3; process += 1) {
    stage.joinIn(async () => {
      rounds += 1
      await pause(5 * EVERY_MS)
      most = Math.max(most, await redis.llen(`${JANITOR_PREFIX}:${JANITOR_QUEUE}:wait`))
    })
  }
  await until(() => rounds >= 4)
  assert.ok(most <= 1, `${most} rounds waited`)
})

test('the schedule that an earlier version has left does not go on', async (t) => {
  const stage = await setUp(t)
  const connections = stage.connect()
  const earlier = new Queue(JANITOR_QUEUE, {
    connection: await connections.commands('earlier'),
    prefix: JANITOR_PREFIX,
  })
  t.after(() => earlier.close())
  await earlier.upsertJobScheduler('tick', { every: 86_400_000 }, { name: 'tick' })
  const counter = counting()
  stage.joinIn(counter.cleanUp)
  await until(async () => counter.rounds >= 3 && (await earlier.getJobSchedulersCount()) === 0)
})

test('whoever leaves breaks off the round in hand, and the others go on', async (t) => {
  const stage = await setUp(t)
  let begun = false
  const leaving = stage.joinIn(async (signal) => {
    begun = true
    await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()))
  })
  await until(() => begun)
  await leaving.close()
  const staying = counting()
  stage.joinIn(staying.cleanUp)
  await until(() => staying.rounds >= 3)
})

test('many rounds, failed ones too, leave nothing in Redis that grows', async (t) => {
  const stage = await setUp(t)
  const redis = await stage.connect().commands('test')
  let rounds = 0
  stage.joinIn(async () => {
    rounds += 1
    if (rounds % 2 === 0) throw new Error('this round fails')
  })
  for (const many of [10, 40]) {
    await until(() => rounds >= many)
    const keys = await allKeys(redis)
    // Those of the queue and of its pace, the round in hand with its lock, and the next one.
    assert.ok(keys.length <= 12, `${many} rounds left ${keys}`)
    // Trimmed now and then, to about a hundred.
    assert.ok((await redis.xlen(`${JANITOR_PREFIX}:${JANITOR_QUEUE}:events`)) < 250)
  }
})

test('rounds come again by themselves after an outage, even when Redis has forgotten all of them', async (t) => {
  const stage = await setUp(t)
  const counter = counting()
  stage.joinIn(counter.cleanUp)
  await until(() => counter.rounds >= 2)
  await stage.redis.kill()
  const before = counter.rounds
  await stage.redis.start()
  await until(() => counter.rounds >= before + 3)
})
