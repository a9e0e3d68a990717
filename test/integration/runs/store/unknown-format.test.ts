import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { newRunId } from '../../../../src/platform/ids.ts'
import { bullmqKeys } from '../../../../src/queue/bullmq-keys.ts'
import { cleanUpRuns } from '../../../../src/runs/end/clean-up-runs.ts'
import type { RunRequest } from '../../../../src/runs/run.ts'
import { shardKeys } from '../../../../src/runs/store/run-keys.ts'
import { aRequest, deliver, TAKE_ONE } from '../../../support/runs.ts'
import { until, useSystem } from '../../../support/system.ts'

const JOBS = bullmqKeys(0)
const KEYS = shardKeys(0)

describe('a run whose record has a format that is not known', () => {
  const running = useSystem({ workers: 0 })

  async function foreign(fields: Partial<RunRequest> = {}): Promise<RunRequest> {
    const { core, createTask, project: path } = running()
    const [, org = '', project = ''] = /^\/org\/(.*)\/project\/(.*)$/.exec(path) ?? []
    const request = aRequest({ id: newRunId(0), org, project, task: await createTask(), ...fields })
    assert.deepEqual(await core.runs.create(request, null), { outcome: 'enqueued' })
    await core.redis.hset(KEYS.run(request.id), 'format', 99)
    return request
  }

  test('is left as it is by a worker, which tries again later, and is claimed by one that knows it', async () => {
    const { redis, runs } = running().core
    const { id } = await foreign()
    const before = await redis.hgetall(KEYS.run(id))
    const left = await runs.dequeue(0, TAKE_ONE)
    assert.deepEqual([left.claims, left.unknown], [[], [{ id, format: '99' }]])
    assert.ok(left.nextDue > 0)
    assert.deepEqual(await redis.hgetall(KEYS.run(id)), before)
    assert.notEqual(await redis.zscore(JOBS.delayed, id), null)
    assert.deepEqual(await redis.lrange(JOBS.active, '0', '-1'), [])
    assert.equal(await redis.exists(JOBS.lock(id)), 0)
    assert.notEqual(await redis.zscore(KEYS.enqueued, id), null)

    await redis.hdel(KEYS.run(id), 'format')
    const claims: string[] = []
    await until(async () => {
      for (const { request } of (await runs.dequeue(0, TAKE_ONE)).claims) claims.push(request.id)
      return claims.length > 0
    })
    assert.deepEqual(claims, [id])
  })

  test('does not keep a worker from the runs behind it', async () => {
    const { redis, runs } = running().core
    const [unknown, known] = [await foreign(), await foreign()]
    await redis.hset(KEYS.run(known.id), 'format', 1)
    const { claims, unknown: left } = await runs.dequeue(0, { ...TAKE_ONE, most: 2 })
    assert.deepEqual(
      [claims.map(({ request }) => request.id), left.map(({ id }) => id)],
      [[known.id], [unknown.id]],
    )
  })

  test('of a lost worker is left too', async () => {
    const { redis, runs } = running().core
    const request = await foreign()
    await redis.hdel(KEYS.run(request.id), 'format')
    assert.ok(await deliver(redis, runs, request))
    await redis.hset(KEYS.run(request.id), 'format', 99)
    assert.equal(await deliver(redis, runs, request), null)
    assert.equal(await redis.hget(KEYS.run(request.id), 'status'), 'running')
    assert.notEqual(await redis.zscore(JOBS.delayed, request.id), null)
  })

  test('is neither restored, ended nor forgotten by the janitor', async () => {
    const { core } = running()
    const { redis } = core
    const { id } = await foreign({ startBy: Date.now() - 1 })
    await Promise.all([redis.lrem(JOBS.wait, 0, id), redis.del(JOBS.job(id))])
    await cleanUpRuns({ ...core, shards: 1 }, Date.now() + 1000, new AbortController().signal)
    assert.equal(await redis.hget(KEYS.run(id), 'status'), 'queued')
    assert.equal(await redis.exists(JOBS.job(id)), 0)
    for (const index of [KEYS.enqueued, KEYS.expiring]) assert.notEqual(await redis.zscore(index, id), null)
  })

  test('does not keep the janitor from those behind it, however many there are', async () => {
    const { core } = running()
    const { redis } = core
    const time = Date.now() - 60_000
    // More than the janitor reads at a time, all of them due before the one that can be ended.
    const fill = redis.pipeline()
    const { task } = await foreign({ startBy: time })
    const unknown = Array.from({ length: 450 }, () => newRunId(0))
    for (const id of unknown) {
      fill.hset(KEYS.run(id), { status: 'queued', request: 'of another kind', format: 99 })
      fill.zadd(KEYS.expiring, time, id)
    }
    await fill.exec()
    const known = await foreign({ startBy: Date.now() - 1, task })
    await redis.hdel(KEYS.run(known.id), 'format')
    await cleanUpRuns({ ...core, shards: 1 }, 0, new AbortController().signal)
    assert.equal(await redis.hget(KEYS.run(known.id), 'status'), 'expired')
    for (const id of unknown) assert.equal(await redis.hget(KEYS.run(id), 'status'), 'queued')
    await redis.zrem(KEYS.expiring, ...unknown)
  })

  test('is named by lists, which show the others', async () => {
    const { call, core } = running()
    const { redis } = core
    const requests: RunRequest[] = []
    const task = await running().createTask()
    for (let count = 0; count < 5; count += 1) requests.push(await foreign({ task }))
    const [first, , third, , fifth] = requests
    for (const known of [first, third, fifth]) await redis.hdel(KEYS.run(known?.id ?? ''), 'format')
    const newestFirst = requests.map(({ id }) => id).reverse()
    for (const fields of ['all', 'summary']) {
      for (const limit of [1, 2, 5, 10]) {
        const shown: string[] = []
        const unreadable: string[] = []
        let cursor = ''
        do {
          const { status, body } = await call(
            'GET',
            `/task/${task}/run?fields=${fields}&page_limit=${limit}${cursor}`,
          )
          assert.equal(status, 200)
          assert.ok(body.results.length + (body.unreadable?.length ?? 0) <= limit)
          shown.push(...body.results.map(({ id }: { id: string }) => id))
          unreadable.push(...(body.unreadable ?? []))
          cursor = body.pagination.has_next ? `&cursor=${body.pagination.next_cursor}` : ''
        } while (cursor)
        assert.deepEqual(shown, [newestFirst[0], newestFirst[2], newestFirst[4]], `${fields} ${limit}`)
        assert.deepEqual(unreadable, [newestFirst[1], newestFirst[3]], `${fields} ${limit}`)
      }
    }
  })

  test('is answered with 503, where it would be shown alone, or changed', async () => {
    const { call } = running()
    const { id, task } = await foreign()
    for (const [method, path] of [
      ['GET', `/task/${task}/run/${id}`],
      ['POST', `/task/${task}/run/${id}/cancel`],
    ] as const) {
      const { status, body } = await call(method, path)
      assert.deepEqual([status, body.detail?.reason], [503, 'STORE_UNAVAILABLE'], `${method} ${path}`)
    }
  })
})
