import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { startRedisCluster } from '../support/redis-cluster.ts'
import { useSystem } from '../support/system.ts'

const SHARDS = 12

describe('on a Redis Cluster', () => {
  const running = useSystem(async (t) => {
    const t0 = Date.now()
    const cluster = await startRedisCluster(t, { replicas: 1, nodeTimeoutMs: 3000 })
    console.log('cluster up', Date.now() - t0)
    return { redisUrl: async () => cluster.url, env: { SPLITRUN_SHARDS: String(SHARDS) } }
  })

  test('runs on every shard end, and whoever waits for one gets its reply', async () => {
    const t0 = Date.now()
    const system = running()
    const task = await system.createTask()
    const answers = await Promise.all(
      Array.from({ length: 200 }, () =>
        system.call('POST', `/task/${task}/run`, { task_input: { text: 'tea' } }),
      ),
    )
    for (const { status, body } of answers) assert.deepEqual([status, body.status], [200, 'succeeded'])
    console.log('runs', Date.now() - t0)
  })
})
