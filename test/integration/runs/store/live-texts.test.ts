import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { newId } from '../../../../src/platform/ids.ts'
import { silentLogger } from '../../../../src/platform/logger.ts'
import { connectRedis, type Redis } from '../../../../src/platform/redis/redis.ts'
import type { Claim } from '../../../../src/runs/store/claim.ts'
import type { LiveHead } from '../../../../src/runs/store/live-texts.ts'
import { shardKeys } from '../../../../src/runs/store/run-keys.ts'
import { createRunStore, type RunStore } from '../../../../src/runs/store/run-store.ts'
import { testRedisUrl } from '../../../support/redis.ts'
import { aRequest, claimed, STORE_OPTIONS } from '../../../support/runs.ts'

describe('what a model says is added to the text of its run', () => {
  const connections = connectRedis(testRedisUrl(), silentLogger())
  after(() => connections.close())
  let redis: Redis
  let runs: RunStore
  before(async () => {
    redis = await connections.commands('test')
    runs = createRunStore(redis, STORE_OPTIONS)
  })
  const head: LiveHead = { epoch: '1-1', reason: 'lost', model: 'm' }

  async function aClaim(): Promise<Claim> {
    const request = aRequest({ live: true })
    await runs.create(request, newId())
    return claimed(redis, runs, request)
  }
  const emit = async ({ request, fence }: Claim, offset: number, text: string, of: LiveHead = head) => {
    const piece = { id: request.id, fence, head: of, offset, text, keepMs: 60_000 }
    return (await runs.emit(0, [piece]))[0]
  }
  const textOf = async ({ request }: Claim, offset = 0): Promise<string | undefined> =>
    (await runs.attach(request.id, newId(), { epoch: '1-1', offset }, 8192))?.piece?.text

  test('where it ends, in bytes', async () => {
    const claim = await aClaim()
    assert.equal(await emit(claim, 0, 'Grün'), 0)
    assert.equal(await emit(claim, 5, ' 🍵'), 0)
    assert.equal(await textOf(claim), 'Grün 🍵')
    assert.equal(await textOf(claim, 5), ' 🍵')
  })

  test('a piece that does not begin where the text ends changes nothing, and is to be sent whole', async () => {
    const claim = await aClaim()
    const key = shardKeys(0).live(claim.request.id)
    await emit(claim, 0, 'Grün')
    for (const offset of [1, 4, 6, 400]) {
      assert.equal(await emit(claim, offset, 'x'), 'gap', String(offset))
      assert.equal(await textOf(claim), 'Grün', String(offset))
      assert.ok((await redis.pttl(key)) > 0)
    }
    assert.equal(await emit(claim, 5, 'x', { ...head, epoch: '1-2' }), 'gap')
    assert.equal(await textOf(claim), 'Grün')
    await redis.del(key)
    assert.equal(await emit(claim, 5, 'x'), 'gap')
    assert.equal(await redis.exists(key), 0)
    assert.equal(await emit(claim, 0, 'Grün x'), 0)
    assert.equal(await textOf(claim), 'Grün x')
  })

  test('only by the worker that has the run', async () => {
    const claim = await aClaim()
    await emit(claim, 0, 'tea')
    assert.equal(await emit({ ...claim, fence: claim.fence + 1 }, 3, 'x'), 'stale')
    assert.equal(await textOf(claim), 'tea')
  })
})
