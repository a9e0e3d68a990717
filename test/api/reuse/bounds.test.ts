import assert from 'node:assert/strict'
import { test } from 'node:test'
import { newId } from '../../../src/platform/ids.ts'
import { reuseKeys } from '../../../src/runs/reuse/reuse-layout.ts'
import { createReuseStore, ENTRY_BYTES } from '../../../src/runs/reuse/reuse-store.ts'
import { type Cleanup, startSystem } from '../../support/system.ts'

async function storeOf(t: Cleanup, projectBytes: number) {
  const { redis } = (await startSystem(t)).core
  const store = createReuseStore(redis, { leaseMs: 60_000, projectBytes })
  const [project, task] = [newId(), newId()]
  const keys = reuseKeys(project)
  return {
    ...{ redis, store, project, task, keys },
    keep: (hash: string, bytes: number, ms: number) =>
      store.keepResult({ project, task, hash, subject: 's' }, newId(), 'x'.repeat(bytes - ENTRY_BYTES), ms),
    kept: () =>
      redis.zrange(keys.kept, '0', '-1').then((names) =>
        names
          .map((name) => name.slice(-1))
          .sort()
          .join(''),
      ),
    all: async () => Number(await redis.hget(keys.sizes, 'all')),
    isThere: async (hash: string) => (await redis.exists(keys.result(task, hash))) === 1,
  }
}

test('a project keeps so many bytes of results and no more: those that end first make room, and none larger is kept', async (t) => {
  const { keep, kept, all, isThere, store, project, task } = await storeOf(t, 1000 + ENTRY_BYTES)
  // Beside them there is a mark of what they are about.
  await keep('a', 400, 60_000)
  await keep('b', 300, 30_000)
  await keep('c', 300, 90_000)
  assert.deepEqual([await kept(), await all()], ['abcs', 1300])
  await keep('d', 301, 60_000)
  assert.deepEqual([await kept(), await all(), await isThere('b')], ['cds', 901, false])
  // The same again takes its own place.
  await keep('d', 700, 60_000)
  assert.deepEqual([await kept(), await all()], ['cds', 1300])
  await keep('e', 1000, 60_000)
  assert.deepEqual([await kept(), await all()], ['es', 1300])
  await keep('f', 1301, 60_000)
  assert.deepEqual([await kept(), await all(), await isThere('f')], ['es', 1300, false])
  await store.forgetTask(project, task)
  assert.deepEqual([await kept(), await all(), await isThere('e')], ['', 0, false])
})

test('what is over is no longer counted', async (t) => {
  const { keep, kept, all, redis, keys, task } = await storeOf(t, 1000 + ENTRY_BYTES)
  await keep('a', 900, 60_000)
  await redis.zadd(keys.kept, '1', `${task}:a`)
  await keep('b', 400, 60_000)
  assert.deepEqual([await kept(), await all()], ['bs', 700])
})

test('where nothing may be kept, nothing is, and each run executes', async (t) => {
  const system = await startSystem(t, { env: { SPLITRUN_CACHE_PROJECT_BYTES: '0' } })
  const task = await system.createTask({ cache: 600 })
  for (let again = 0; again < 3; again += 1) {
    const { status, body } = await system.call('POST', `/task/${task}/run`, { task_input: { text: 'tea' } })
    assert.deepEqual([status, body.cached_from], [200, null])
  }
  assert.equal(await system.core.redis.exists(reuseKeys(system.project.slice(-36)).kept), 0)
})

test('a run that was told to look before it was back in its queue, and may not lead, is told again', async (t) => {
  const { store, project, task } = await storeOf(t, 1000)
  const question = { project, task, hash: 'h', subject: 's' }
  const enter = async (run: string) => (await store.enter(question, run, 60_000, 60_000)).outcome
  const [first, told, other] = [newId(), newId(), newId()]
  assert.deepEqual([await enter(first), await enter(told)], ['lead', 'wait'])
  assert.deepEqual(await store.leave(question, first, 'released'), [told])
  // It is on its way back to its queue; meanwhile another one leads.
  assert.deepEqual([await enter(other), await store.isOpen(question, told, 60_000)], ['lead', false])
  assert.deepEqual(await store.leave(question, other, 'released'), [told])
  assert.equal(await store.isOpen(question, told, 60_000), true)
})

test('a run that wants no result as old as the one there is waits for who leads, and is not told to look again and again', async (t) => {
  const { store, project, task, redis, keys } = await storeOf(t, 10_000)
  const question = { project, task, hash: 'h', subject: 's' }
  await store.keepResult(question, newId(), '{}', 600_000)
  const kept = await redis.get(keys.result(task, 'h'))
  const [, stamp = '', text = ''] = /^(\d+) (.*)$/.exec(kept ?? '') ?? []
  await redis.set(keys.result(task, 'h'), `${Number(stamp) - 60_000} ${text}`, 'KEEPTTL')
  const enter = async (run: string, age: number) => (await store.enter(question, run, age, 60_000)).outcome
  const [first, other] = [newId(), newId()]
  assert.deepEqual([await enter(first, 60_000), await enter(other, 60_000)], ['lead', 'wait'])
  assert.equal(await store.isOpen(question, other, 60_000), false)
  assert.deepEqual([await enter(other, 90_000), await store.isOpen(question, other, 90_000)], ['hit', true])
})
