import assert from 'node:assert/strict'
import { test } from 'node:test'
import { newId, newRunId } from '../../../../src/platform/ids.ts'
import { silentLogger } from '../../../../src/platform/logger.ts'
import { connectRedis, type Redis } from '../../../../src/platform/redis/redis.ts'
import { shardKeys } from '../../../../src/runs/store/run-keys.ts'
import { createRunStore } from '../../../../src/runs/store/run-store.ts'
import { createReplyInbox } from '../../../../src/runs/wait/reply-inbox.ts'
import { startPrivateRedis } from '../../../support/redis.ts'
import { aRequest, aResult, claimed, STORE_OPTIONS } from '../../../support/runs.ts'
import { type Cleanup, startSystem, until } from '../../../support/system.ts'

const NEVER = new AbortController().signal

async function openInbox(t: Cleanup) {
  const server = await startPrivateRedis(t)
  const connections = connectRedis(server.url, silentLogger())
  const redis = await connections.commands('test')
  const runs = createRunStore(redis, STORE_OPTIONS)
  const inbox = createReplyInbox({
    id: newId(),
    runs,
    onDelivered: () => {},
    also: () => ({}),
    onListening: () => {},
    onUnheard: () => {},
    connections: [connections.blocking('replies:0', shardKeys(0).replies(''))],
    log: silentLogger(),
  })
  t.after(async () => {
    await inbox.close()
    connections.close()
  })
  return { redis, runs, inbox }
}

/** Kills the connections on which replies are read; false when there are none just now. */
async function killReading(redis: Redis): Promise<boolean> {
  const list = String(await redis.call('CLIENT', 'LIST'))
  const ids = [...list.matchAll(/^id=(\d+) .*name=splitrun:replies:/gm)].map(([, id]) => id ?? '')
  for (const id of ids) await redis.call('CLIENT', 'KILL', 'ID', id)
  return ids.length > 0
}

test('a waiter is told of the end of its run, and all waiters of one run are', async (t) => {
  const { redis, runs, inbox } = await openInbox(t)
  const request = aRequest()
  await runs.create(request, inbox.id)
  const waits = [1, 2].map(() => inbox.wait(request, 60_000, NEVER))
  const claim = await claimed(redis, runs, request)
  await runs.settle(claim, aResult({ response: 'tea' }), [], null)
  for (const record of await Promise.all(waits)) assert.deepEqual(record, await runs.get(request.id))
  assert.equal(inbox.size(), 0)
})

test('an answer too large to travel arrives all the same', async (t) => {
  const { redis, runs, inbox } = await openInbox(t)
  const request = aRequest()
  const response = 'x'.repeat(100_000)
  await runs.create(request, inbox.id)
  const wait = inbox.wait(request, 60_000, NEVER)
  await runs.settle(await claimed(redis, runs, request), aResult({ response }), [], null)
  assert.equal((await wait)?.result?.response, response)
})

test('a reply that nobody heard is found by the sweep', async (t) => {
  const { redis, runs, inbox } = await openInbox(t)
  const request = aRequest()
  // The process is not named as one that waits, so it is not told.
  await runs.create(request, null)
  const wait = inbox.wait(request, 60_000, NEVER)
  await runs.settle(await claimed(redis, runs, request), aResult({ response: 'tea' }), [], null)
  assert.equal((await wait)?.result?.response, 'tea')
})

test('a wait ends without a record when its time is over, when its caller leaves, and when the inbox closes', async (t) => {
  const { runs, inbox } = await openInbox(t)
  const request = aRequest()
  await runs.create(request, inbox.id)
  assert.equal(await inbox.wait(request, 1, NEVER), null)
  const leaving = new AbortController()
  const left = inbox.wait(request, 60_000, leaving.signal)
  leaving.abort()
  assert.equal(await left, null)
  assert.equal(await inbox.wait({ ...request, id: newRunId(0) }, 60_000, leaving.signal), null)
  const waiting = inbox.wait(request, 60_000, NEVER)
  await inbox.close()
  assert.equal(await waiting, null)
  assert.equal(inbox.size(), 0)
})

test('killed connections lose no answer of 200 waiting calls', async (t) => {
  const system = await startSystem(t, { model: { latencyMs: 100, jitterMs: 400 } })
  const task = await system.createTask()
  let open = 200
  const answers = Array.from({ length: open }, async (_, index) => {
    const answer = await system.call('POST', `/task/${task}/run`, { task_input: { text: `text ${index}` } })
    open -= 1
    return answer
  })
  let kills = 0
  await until(async () => {
    if (await killReading(system.core.redis)) kills += 1
    return open === 0
  })
  for (const { status, body } of await Promise.all(answers)) {
    assert.deepEqual([status, body.status], [200, 'succeeded'])
  }
  assert.ok(kills > 0)
})
