import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Redis } from 'ioredis'
import { silentLogger } from '../../../src/platform/logger.ts'
import { connectRedis } from '../../../src/platform/redis/redis.ts'
import { openRunJobs } from '../../../src/queue/run-jobs.ts'
import { startPrivateRedis } from '../../support/redis.ts'
import { until } from '../../support/until.ts'

test('a connection that BullMQ begins anew when its worker has been closed ends, and is not tried again', async (t) => {
  const redis = await startPrivateRedis(t)
  const connections = connectRedis(redis.url, silentLogger())
  t.after(() => connections.close())
  const connection = connections.blocking('waits', '{s0}:')
  // BullMQ waits on one of its own.
  const made: Redis[] = []
  const duplicate = connection.duplicate.bind(connection)
  connection.duplicate = (...given) => {
    const copy = duplicate(...given)
    made.push(copy)
    return copy
  }
  const settings = { shard: 0, token: 'any', lockMs: 30_000, stalledIntervalMs: 30_000 }
  const jobs = openRunJobs({ ...settings, connection, onError: () => {} })
  await jobs.wait(1)
  jobs.stopWaiting()
  await jobs.close()
  assert.equal(made.length, 1)
  // As where it was about to: it had given up an answer that was late.
  for (const each of made) await assert.rejects(each.connect())
  const asking = await connections.commands('asking')
  const names = async () => String(await asking.client('LIST')).match(/\bname=\S*/g) ?? []
  await until(async () => (await names()).every((name) => !name.includes('{s0}')))
  assert.deepEqual(
    made.map(({ status }) => status),
    ['end'],
  )
})
