import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import type { Cluster } from 'ioredis'
import { silentLogger } from '../../src/platform/logger.ts'
import { connectRedis, isRedisUnavailable, wasNotExecuted } from '../../src/platform/redis/redis.ts'
import type { RunRecord } from '../../src/runs/run.ts'
import { shardKeys } from '../../src/runs/store/run-keys.ts'
import { createRunStore } from '../../src/runs/store/run-store.ts'
import { startRedisCluster } from '../support/redis-cluster.ts'
import { aRequest, aResult, STORE_OPTIONS, TAKE_ONE } from '../support/runs.ts'

/** Moves the slot of shard 0 to another primary, step by step. */
async function aMove(t: TestContext) {
  const cluster = await startRedisCluster(t, { replicas: 0, nodeTimeoutMs: 5000 })
  const connections = connectRedis(cluster.url, silentLogger())
  t.after(() => connections.close())
  const redis = await connections.commands('test')
  const key = shardKeys(0).expiring
  const { port } = await cluster.primaryOf(key)
  const nodes = (redis as unknown as Cluster).nodes('master')
  const source = nodes.find((node) => node.options.port === port) ?? assert.fail('no source')
  const target = nodes.find((node) => node.options.port !== port) ?? assert.fail('no target')
  const slot = Number(await source.cluster('KEYSLOT', key))
  const idOf = async (node: typeof source) => String(await node.call('CLUSTER', 'MYID'))
  return {
    redis,
    async begin() {
      await target.call('CLUSTER', 'SETSLOT', slot, 'IMPORTING', await idOf(source))
      await source.call('CLUSTER', 'SETSLOT', slot, 'MIGRATING', await idOf(target))
    },
    /** Moves as many keys as are there, or half of them. */
    async move(part: number) {
      const count = Number(await source.call('CLUSTER', 'COUNTKEYSINSLOT', slot))
      const keys = (await source.call('CLUSTER', 'GETKEYSINSLOT', slot, Math.ceil(count * part))) as string[]
      assert.ok(keys.length > 1)
      const { port: there = 0 } = target.options
      await source.call('MIGRATE', '127.0.0.1', there, '', 0, 60_000, 'KEYS', ...keys)
    },
    async end() {
      const id = await idOf(target)
      for (const node of [target, source, ...nodes]) await node.call('CLUSTER', 'SETSLOT', slot, 'NODE', id)
    },
  }
}

test('while its slot is moved a shard refuses to run scripts, and nothing is written where the rest is not', async (t) => {
  const { redis, begin, move, end } = await aMove(t)
  const runs = createRunStore(redis, STORE_OPTIONS)
  const queued = aRequest()
  assert.deepEqual(await runs.create(queued, null), { outcome: 'enqueued' })
  const unclaimed = { revision: null, split: null, attempts: [], result: null }
  const record: RunRecord = { request: queued, status: 'queued', ...unclaimed }
  const refused = (error: unknown) => isRedisUnavailable(error) && wasNotExecuted(error)
  const steps: (() => Promise<void>)[] = [begin, () => move(0.5), () => move(1)]
  for (const step of steps) {
    await step()
    await Promise.all([
      assert.rejects(runs.create(aRequest(), null), refused),
      assert.rejects(runs.dequeue(0, TAKE_ONE), refused),
      assert.rejects(runs.settleQueued(record, aResult({ status: 'cancelled' }), null), refused),
      assert.rejects(runs.getHeads([queued.id]), refused),
      assert.rejects(runs.requestCancel(queued.id), refused),
    ])
    assert.equal((await runs.get(queued.id))?.status, 'queued')
  }
  await end()
  const later = aRequest()
  assert.deepEqual(await runs.create(later, null), { outcome: 'enqueued' })
  const { claims, empty } = await runs.dequeue(0, { ...TAKE_ONE, most: 10 })
  assert.deepEqual([claims.map(({ request }) => request.id), empty], [[queued.id, later.id], true])
})
