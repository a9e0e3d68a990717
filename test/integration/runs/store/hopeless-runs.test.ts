import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { newId } from '../../../../src/platform/ids.ts'
import { silentLogger } from '../../../../src/platform/logger.ts'
import { connectRedis, type Redis } from '../../../../src/platform/redis/redis.ts'
import { bullmqKeys } from '../../../../src/queue/bullmq-keys.ts'
import type { RunRequest } from '../../../../src/runs/run.ts'
import type { Claim } from '../../../../src/runs/store/claim.ts'
import { shardKeys } from '../../../../src/runs/store/run-keys.ts'
import { createRunStore, type RunStore } from '../../../../src/runs/store/run-store.ts'
import { startPrivateRedis } from '../../../support/redis.ts'
import { aRequest, aResult, STORE_OPTIONS, TAKE_ONE } from '../../../support/runs.ts'

const WINDOW = 3
const JOBS = bullmqKeys(0)
const KEYS = shardKeys(0)
const PAUSED = newId()
const NOW = Date.now()
const PAUSE_ENDS = NOW + 600_000

describe('runs that expire before their model may be called', () => {
  let redis: Redis
  let runs: RunStore
  // A Redis of their own: they look at whole queues.
  const cleanups: (() => Promise<void> | void)[] = []
  before(async () => {
    const { url } = await startPrivateRedis({ after: (clean) => void cleanups.push(clean) })
    const connections = connectRedis(url, silentLogger())
    cleanups.unshift(() => connections.close())
    redis = await connections.commands('test')
    runs = createRunStore(redis, { ...STORE_OPTIONS, queueWindow: WINDOW })
  })
  after(async () => {
    for (const clean of cleanups) await clean()
  })

  /** Queued runs of a new project, which have so many seconds. */
  async function queue(seconds: readonly number[], model = PAUSED): Promise<RunRequest[]> {
    const project = newId()
    const requests: RunRequest[] = []
    for (const each of seconds) {
      const expires = NOW + each * 1000
      const request = aRequest({ project, startBy: expires, deadline: expires })
      const drawn = { revision: newId(), split: null, model }
      await runs.create(request, null, null, drawn)
      requests.push(request)
    }
    return requests
  }

  async function claim(most: number, ofHopeless = most): Promise<readonly Claim[]> {
    const hopeless = new Map([[PAUSED, { most: ofHopeless, expiringBy: PAUSE_ENDS }]])
    const allowances = { byModel: new Map([[PAUSED, 0]]), hopeless, others: 0 }
    return (await runs.dequeue(0, { ...TAKE_ONE, most, allowances })).claims
  }

  const claimAny = async () => (await runs.dequeue(0, { ...TAKE_ONE, most: 10 })).claims
  const end = (claim: Claim) => runs.settle(claim, aResult(), [], null)
  const idsOf = (claims: readonly (Claim | { request: RunRequest })[]) =>
    claims.map(({ request }) => request.id)

  test('are claimed though it has no room, and no others', async () => {
    const requests = await queue([60, 7200, 120])
    const other = await queue([60], newId())
    const claims = await claim(10)
    assert.deepEqual(idsOf(claims), [requests[0]?.id, requests[2]?.id])
    assert.deepEqual(await claim(10), [])
    for (const each of claims) assert.equal(await end(each), true)
    await endAll([requests[1], other[0]])
  })

  test('are claimed no more than there is room for', async () => {
    const requests = await queue([60, 60, 60, 60, 60])
    const claims = [...(await claim(10, 2)), ...(await claim(1)), ...(await claim(10))]
    assert.deepEqual(
      idsOf(claims),
      requests.map(({ id }) => id),
    )
    for (const each of claims) await end(each)
    await nothingIsLeft()
  })

  test('are claimed out of the backlog behind those that have the time, and are runs like all others then', async () => {
    const requests = await queue([7200, 7200, 7200, 60, 7200, 90])
    const [first, second] = await claim(10)
    assert.ok(first && second)
    assert.deepEqual(idsOf([first, second]), [requests[3]?.id, requests[5]?.id])
    assert.equal(await redis.zcard(KEYS.backlog(requests[0]?.project ?? '', PAUSED)), 1)

    // A worker that is killed loses its lock: the job is found again, and the first worker's claim is refused.
    await redis.multi().lrem(JOBS.active, 0, first.request.id).rpush(JOBS.wait, first.request.id).exec()
    const [again] = await claim(1)
    assert.deepEqual([again?.request.id, again?.fence], [first.request.id, 2])
    assert.equal(await end(first), false)

    // One that is given back, since its fallback has no room, waits for that.
    const spare = newId()
    assert.equal(await runs.release(second, [], 0, spare), 'queued')
    assert.deepEqual(await claim(10), [])
    const allowances = { byModel: new Map([[spare, 1]]), hopeless: new Map(), others: 0 }
    const [given] = (await runs.dequeue(0, { ...TAKE_ONE, allowances })).claims
    assert.equal(given?.request.id, second.request.id)
    for (const each of [again, given]) assert.equal(each && (await end(each)), true)
    await endAll(requests.filter(({ startBy }) => startBy > PAUSE_ENDS))
  })

  test('keep to the window of the model that they go on with', async () => {
    const requests = await queue([60, 60, 60, 60, 60, 60, 60, 60])
    const spare = newId()
    const project = requests[0]?.project ?? ''
    for (let claims = await claim(2); claims.length > 0; claims = await claim(2)) {
      for (const each of claims) assert.equal(await runs.release(each, [], 0, spare, true), 'queued')
    }
    assert.equal(await redis.llen(JOBS.wait), WINDOW)
    assert.equal(await redis.zcard(KEYS.backlog(project, spare)), requests.length - WINDOW)
    // Whoever has no job is ended as any other run of a backlog.
    const last = await runs.get(requests.at(-1)?.id ?? '')
    assert.equal(last && (await runs.settleQueued(last, aResult({ status: 'cancelled' }), null)), true)
    const ended: Claim[] = []
    for (let rest = await claimAny(); rest.length > 0; rest = await claimAny()) {
      for (const each of rest) assert.equal(await end(each), true)
      ended.push(...rest)
    }
    assert.deepEqual(
      idsOf(ended).sort(),
      requests.slice(0, -1).map(({ id }) => id),
    )
    await nothingIsLeft()
  })

  test('stay where they are while the format of their record is unknown', async () => {
    const requests = await queue([7200, 7200, 7200, 60])
    const id = requests[3]?.id ?? ''
    await redis.hset(KEYS.run(id), 'format', 99)
    assert.deepEqual(await claim(10), [])
    assert.equal(await redis.exists(JOBS.job(id)), 0)
    await redis.hdel(KEYS.run(id), 'format')
    const [claimed] = await claim(10)
    assert.equal(claimed && (await end(claimed)), true)
    await endAll(requests.slice(0, 3))
  })

  /** What is left is served once the model may be called, and nothing of any run stays in the queue. */
  async function endAll(requests: readonly (RunRequest | undefined)[]): Promise<void> {
    const claims = await claimAny()
    const rest = await claimAny()
    assert.deepEqual(
      idsOf([...claims, ...rest]),
      requests.map((each) => each?.id),
    )
    for (const each of [...claims, ...rest]) assert.equal(await end(each), true)
    await nothingIsLeft()
  }

  async function nothingIsLeft(): Promise<void> {
    const { enqueued, enqueuedCounts, expiring, running, queuedBytes } = KEYS
    for (const key of [enqueued, enqueuedCounts, expiring, running, queuedBytes, JOBS.wait, JOBS.active]) {
      assert.equal(await redis.exists(key), 0, key)
    }
  }
})
