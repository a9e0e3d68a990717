import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { newId } from '../../../src/platform/ids.ts'
import { silentLogger } from '../../../src/platform/logger.ts'
import { connectRedis } from '../../../src/platform/redis/redis.ts'
import { createEndedSessionStore } from '../../../src/tenancy/ended-session-store.ts'
import { startPrivateRedis } from '../../support/redis.ts'

const HOUR = 3600

async function open(t: TestContext, most: number) {
  const server = await startPrivateRedis(t)
  const connections = connectRedis(server.url, silentLogger())
  t.after(() => connections.close())
  const redis = await connections.commands('sessions')
  return {
    redis,
    store: createEndedSessionStore(redis, most),
    other: () => createEndedSessionStore(redis, most),
  }
}

const opened = (credential: string, count: number) =>
  Array.from({ length: count }, () => ({ id: newId(), credential }))

test('a session that was signed out has ended in every process, and no other has', async (t) => {
  const { store, other } = await open(t, 10)
  const [first, second, third] = opened(newId(), 3)
  assert.ok(first && second && third)
  await store.add(second, HOUR)
  const seen = await Promise.all([first, second, third].map(other().has))
  assert.deepEqual(seen, [false, true, false])
  assert.equal(await other().has({ id: second.id, credential: newId() }), false)
})

test('however often sessions are signed out, all have ended, few are kept, and the newer ones go on', async (t) => {
  const { redis, store, other } = await open(t, 10)
  const credential = newId()
  const [older] = opened(credential, 1)
  const sessions = opened(credential, 200)
  const [newer] = opened(credential, 1)
  // Not in the order in which they were opened.
  for (const each of sessions.toSorted((a, b) => a.id.slice(-6).localeCompare(b.id.slice(-6)))) {
    await store.add(each, HOUR)
  }
  const process = other()
  for (const each of sessions) assert.equal(await process.has(each), true)
  assert.ok(older && newer)
  assert.equal(await process.has(newer), false)
  assert.equal(await process.has(older), true, 'this is what is given for it')
  const [key = '', ...rest] = await redis.keys('*')
  assert.deepEqual(rest, [])
  assert.ok((await redis.hlen(key)) <= 10)
})

test('what is kept goes when the last session would have expired by itself', async (t) => {
  const { redis, store } = await open(t, 10)
  const [one, another] = opened(newId(), 2)
  assert.ok(one && another)
  await store.add(another, HOUR)
  await store.add(one, 1)
  const [key = ''] = await redis.keys('*')
  const left = await redis.ttl(key)
  assert.ok(left > HOUR - 60 && left <= HOUR, `${left} s`)
})
