import assert from 'node:assert/strict'
import { test } from 'node:test'
import { newId } from '../../../src/platform/ids.ts'
import { reuseKeys } from '../../../src/runs/reuse/reuse-layout.ts'
import { createReuseStore } from '../../../src/runs/reuse/reuse-store.ts'
import { startSystem } from '../../support/system.ts'

test('a project keeps so many bytes of results and no more: those that end first make room, and none larger is kept', async (t) => {
  const { core } = await startSystem(t)
  const { redis } = core
  const store = createReuseStore(redis, { leaseMs: 1000, projectBytes: 100 })
  const [project, task] = [newId(), newId()]
  const keys = reuseKeys(project)
  const of = (hash: string) => ({ project, task, hash })
  const keep = (hash: string, bytes: number, ms: number) =>
    store.keepResult(of(hash), newId(), 'x'.repeat(bytes), ms)
  const isKept = async (hash: string) => (await redis.exists(keys.result(task, hash))) === 1
  await keep('a', 40, 60_000)
  await keep('b', 40, 30_000)
  await keep('c', 20, 90_000)
  assert.deepEqual(await Promise.all(['a', 'b', 'c'].map(isKept)), [true, true, true])
  assert.equal(await redis.hget(keys.sizes, 'all'), '100')
  await keep('d', 1, 60_000)
  assert.deepEqual(await Promise.all(['a', 'b', 'c', 'd'].map(isKept)), [true, false, true, true])
  // The same again takes its own place.
  await keep('d', 41, 60_000)
  assert.equal(await redis.hget(keys.sizes, 'all'), '61')
  await keep('e', 100, 60_000)
  assert.deepEqual(await redis.zrange(keys.kept, '0', '-1'), [`${task}:e`])
  assert.equal(await redis.hget(keys.sizes, 'all'), '100')
  await store.forgetTask(project, task)
  assert.deepEqual([await redis.zcard(keys.kept), await redis.hget(keys.sizes, 'all')], [0, '0'])
})

test('what is over is no longer counted', async (t) => {
  const { core } = await startSystem(t)
  const store = createReuseStore(core.redis, { leaseMs: 1000, projectBytes: 100 })
  const [project, task] = [newId(), newId()]
  const keys = reuseKeys(project)
  await store.keepResult({ project, task, hash: 'a' }, newId(), 'x'.repeat(90), 60_000)
  await core.redis.zadd(keys.kept, 1, `${task}:a`)
  await store.keepResult({ project, task, hash: 'b' }, newId(), 'x'.repeat(20), 60_000)
  assert.deepEqual(await core.redis.zrange(keys.kept, '0', '-1'), [`${task}:b`])
  assert.equal(await core.redis.hget(keys.sizes, 'all'), '20')
})
