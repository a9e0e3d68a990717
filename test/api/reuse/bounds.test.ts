import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { newId } from '../../../src/platform/ids.ts'
import { reuseKeys } from '../../../src/runs/reuse/reuse-layout.ts'
import { createReuseStore, ENTRY_BYTES } from '../../../src/runs/reuse/reuse-store.ts'
import { type Cleanup, startSystem, until } from '../../support/system.ts'

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

/** A hundred at a time: quicker than one after the other, and none waits for long. */
async function forAll(names: readonly string[], act: (name: string) => Promise<unknown>): Promise<void> {
  for (let at = 0; at < names.length; at += 100) await Promise.all(names.slice(at, at + 100).map(act))
}

test('a project keeps so many bytes of results and no more: those that end first make room, and none larger is kept', async (t) => {
  const { keep, kept, all, isThere, store, project, task } = await storeOf(t, 10_000 + ENTRY_BYTES)
  // Beside them there is a mark of what they are about.
  await keep('a', 4000, 60_000)
  await keep('b', 3000, 30_000)
  await keep('c', 3000, 90_000)
  assert.deepEqual([await kept(), await all()], ['abcs', 10_000 + ENTRY_BYTES])
  await keep('d', 3001, 60_000)
  assert.deepEqual([await kept(), await all(), await isThere('b')], ['cds', 6001 + ENTRY_BYTES, false])
  // The same again takes its own place.
  await keep('d', 7000, 60_000)
  assert.deepEqual([await kept(), await all()], ['cds', 10_000 + ENTRY_BYTES])
  await keep('e', 10_000, 60_000)
  assert.deepEqual([await kept(), await all()], ['es', 10_000 + ENTRY_BYTES])
  await keep('f', 10_001 + ENTRY_BYTES, 60_000)
  assert.deepEqual([await kept(), await all(), await isThere('f')], ['es', 10_000 + ENTRY_BYTES, false])
  await store.forgetTask(project, task)
  assert.deepEqual([await kept(), await all(), await isThere('e')], ['', 0, false])
})

test('a result lasts as long as the one whose place it takes, and what stands in for a better one takes no such place', async (t) => {
  const { store, project, task, redis, keys } = await storeOf(t, 10_000)
  const question = { project, task, hash: 'h', subject: 's' }
  const left = (hash: string) => redis.pttl(keys.result(task, hash))
  const text = async () => (await redis.get(keys.result(task, 'h')))?.replace(/^\d+ /, '')
  const longer = (ms: number) => ms > 1_000_000
  await store.keepResult(question, newId(), 'stands in', 60_000, true)
  assert.deepEqual([await text(), longer(await left('h'))], ['stands in', false])
  await store.keepResult(question, newId(), 'long', 3_600_000)
  await store.keepResult(question, newId(), 'short', 1000)
  assert.deepEqual([await text(), longer(await left('h')), longer(await left('s'))], ['short', true, true])
  assert.ok(longer(Number(await redis.zscore(keys.kept, `${task}:h`)) - Date.now()), 'it is counted as long')
  await store.keepResult(question, newId(), 'stands in', 60_000, true)
  assert.deepEqual([await text(), longer(await left('h'))], ['short', true])
  // Those who wait for it are told all the same, and lead themselves.
  const enter = async (run: string) => (await store.enter(question, run, 0, 60_000)).outcome
  assert.deepEqual([await enter(newId()), await enter(newId())], ['lead', 'lead'])
})

test('what is over is no longer counted', async (t) => {
  const { keep, kept, all, redis, keys, task, store, project } = await storeOf(t, 10_000 + ENTRY_BYTES)
  await keep('a', 9000, 60_000)
  await redis.zadd(keys.kept, '1', `${task}:a`)
  await keep('b', 4000, 60_000)
  assert.deepEqual([await kept(), await all()], ['bs', 4000 + ENTRY_BYTES])
  // Also not when all of it was over together, after something that would have lasted longer.
  await store.forgetTask(project, task)
  await keep('c', 4000, 20)
  await until(async () => (await redis.exists(keys.kept)) === 0)
  await keep('d', 3000, 60_000)
  assert.deepEqual([await kept(), await all()], ['ds', 3000 + ENTRY_BYTES])
})

test('what is counted of a result and of a mark is no less than the memory that they take', async (t) => {
  const { redis, store, project, task } = await storeOf(t, 1_000_000_000)
  const used = async () => Number(/used_memory:(\d+)/.exec(await redis.info('memory'))?.[1])
  const hashOf = (text: string) => createHash('sha256').update(text).digest('hex')
  // A little more than what its tables have room for, so that they have just doubled.
  const names = Array.from({ length: 4200 }, (_, at) => hashOf(String(at)))
  const question = (hash: string) => ({ project, task, hash, subject: hashOf(hash) })
  const before = await used()
  await forAll(names, (hash) => store.enter(question(hash), newId(), null, 3_600_000))
  const marked = await used()
  assert.ok((marked - before) / names.length < ENTRY_BYTES, `${(marked - before) / names.length} bytes`)
  const text = 'x'.repeat(1000)
  await forAll(names, (hash) => store.keepResult(question(hash), newId(), text, 3_600_000))
  const kept = (await used()) - marked
  assert.ok(kept / names.length < text.length + ENTRY_BYTES, `${kept / names.length} bytes`)
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
