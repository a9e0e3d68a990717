import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { newId } from '../../src/platform/ids.ts'
import { shardKeys } from '../../src/runs/store/run-keys.ts'
import { followShardCounts } from '../../src/runs/store/shard-counts.ts'
import { type Answer, type System, startSystem, useSystem } from '../support/system.ts'

const KEYS = 12

describe('an Idempotency-Key, when the number of shards is changed', () => {
  const running = useSystem({ env: { SPLITRUN_SHARDS: '1' } })

  /** Asks any system on the Redis of the first one for a run of its project. */
  function run(system: System, task: string, key: string, text = 'tea'): Promise<Answer> {
    const { project, token } = running()
    const headers = { 'idempotency-key': key }
    return system.call('POST', `${project}/task/${task}/run`, { task_input: { text } }, { token, headers })
  }

  test('still has its run, is refused for another request, and gets no second run, up and down', async (t) => {
    const task = await running().createTask()
    const keys = Array.from({ length: KEYS }, () => newId())
    const restart = (shards: string) =>
      startSystem(t, {
        env: { SPLITRUN_SHARDS: shards },
        redisUrl: async () => running().redis.url,
      })
    const runsOf = new Map<string, string>()
    const known = async (system: System, some: readonly string[]) => {
      for (const key of some) {
        const again = await run(system, task, key)
        assert.deepEqual([again.status, again.body.id], [200, runsOf.get(key)])
        assert.equal(again.headers.get('idempotent-replayed'), 'true')
        const other = await run(system, task, key, 'coffee')
        assert.deepEqual([other.status, other.body.detail.run_id], [422, runsOf.get(key)])
      }
    }
    for (const key of keys) runsOf.set(key, (await run(running(), task, key)).body.id)

    const more = await restart('4')
    await known(more, keys)
    const later = Array.from({ length: KEYS }, () => newId())
    for (const key of later) runsOf.set(key, (await run(more, task, key)).body.id)
    await known(more, later)

    const fewer = await restart('2')
    await known(fewer, [...keys, ...later])
    // Shown by the system that knows all of the shards.
    const list = `${running().project}/task/${task}/run?limit=100`
    const { body } = await more.call('GET', list, undefined, { token: running().token })
    assert.equal(body.results.length, runsOf.size)
  })

  test('is looked for under another number only for as long as such a key is kept', async (t) => {
    const { redis } = running().core
    const { shardCounts } = shardKeys(0)
    await redis.hset(shardCounts, { 7: Date.now() - 1, 8: Date.now() + 600_000 })
    const counts = await followShardCounts(redis, 9, 1000)
    t.after(() => counts.close())
    assert.deepEqual([counts.others().includes(7), counts.others().includes(8)], [false, true])
    assert.equal(counts.others().includes(9), false)
    assert.equal(await redis.hexists(shardCounts, '7'), 0)
    assert.ok((await redis.pttl(shardCounts)) > 500_000, 'the hash goes with the last of its keys')
  })
})
