import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { newId } from '../../../../src/platform/ids.ts'
import type { Redis } from '../../../../src/platform/redis/redis.ts'
import type { RunRequest } from '../../../../src/runs/run.ts'
import { readReplies } from '../../../../src/runs/store/messages.ts'
import { shardKeys } from '../../../../src/runs/store/run-keys.ts'
import type { RunStore } from '../../../../src/runs/store/run-store.ts'
import { aRequest, aResult, claimed, hear } from '../../../support/runs.ts'
import { until } from '../../../support/system.ts'
import { useRunStore } from './used-store.ts'

const KEYS = shardKeys(0)

describe('replies of the run store', () => {
  let redis: Redis
  let runs: RunStore
  const { connections, settle } = useRunStore((connected, store) => {
    redis = connected
    runs = store
  })

  test('tells each process that watches of the end, once, with the result when it is small', async () => {
    const [creator, other] = [newId(), newId()]
    const request = aRequest()
    await runs.create(request, creator)
    for (const watcher of [creator, other, other]) assert.equal(await runs.watch(request.id, watcher), true)
    const claim = await claimed(redis, runs, request, 'a-revision')
    const result = aResult({ settled: 1 })
    const heard = await Promise.all([creator, other].map((api) => hear(connections, KEYS.replies(api))))
    await runs.settle(claim, result, [], null)
    for (const messages of heard) {
      await until(() => messages.length > 0)
      assert.deepEqual(messages.map(readReplies), [
        [{ id: request.id, revision: 'a-revision', split: null, attempts: [], result }],
      ])
    }
    assert.equal(await runs.watch(request.id, newId()), false, 'its record tells the end')
    assert.equal(await runs.watch(aRequest().id, newId()), false)
  })

  test('what is asked for at once is written at once, and each run gets its own answer', async () => {
    const [watcher, project, task] = [newId(), newId(), newId()]
    const requests = Array.from({ length: 40 }, () => aRequest({ project, task }))
    const key = { hash: newId(), fingerprint: 'same' }
    const [first, second, third] = requests as [RunRequest, RunRequest, RunRequest]
    const created = await Promise.all([
      ...requests.map((request) => runs.create(request, watcher, request === first ? key : null)),
      runs.create(second, watcher),
      runs.create(aRequest({ project }), watcher, key),
      runs.create(aRequest({ project }), watcher, { ...key, fingerprint: 'other' }),
    ])
    assert.ok(created.slice(0, 40).every(({ outcome }) => outcome === 'enqueued'))
    assert.deepEqual(created.slice(40), [
      { outcome: 'exists' },
      { outcome: 'replayed', id: first.id },
      { outcome: 'reused', id: first.id },
    ])
    assert.equal(await redis.zcard(KEYS.runsIn(project, 'queued')), 40)
    assert.equal(await redis.hget(KEYS.enqueuedCounts, `${project}:`), '40')

    const claims = []
    for (const request of requests) claims.push(await claimed(redis, runs, request))
    assert.equal(await redis.hget(KEYS.enqueuedCounts, `${project}:`), null)
    const stale = claims.find(({ request }) => request.id === third.id) ?? assert.fail()
    await claimed(redis, runs, third)
    const messages = await hear(connections, KEYS.replies(watcher))
    const settled = await Promise.all(claims.map((claim) => settle(claim)))
    assert.deepEqual(
      claims.filter((_, at) => !settled[at]),
      [stale],
    )
    await until(() => messages.flatMap(readReplies).length === 39)
    assert.ok(messages.length < 10, 'one message for many')
    assert.deepEqual(
      messages.flatMap(readReplies).map(({ id }) => id),
      requests.filter((request) => request !== third).map(({ id }) => id),
    )
  })

  test('tells only the id of a run whose result is large', async () => {
    const watcher = newId()
    const request = aRequest()
    await runs.create(request, watcher)
    const messages = await hear(connections, KEYS.replies(watcher))
    await settle(await claimed(redis, runs, request), { response: 'x'.repeat(10_000) })
    await until(() => messages.length > 0)
    const [reply] = messages.flatMap(readReplies)
    assert.deepEqual([reply?.id, reply?.result], [request.id, null])
    assert.equal((await runs.get(request.id))?.result?.response, 'x'.repeat(10_000))
  })
})
