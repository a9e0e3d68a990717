import assert from 'node:assert/strict'
import { test } from 'node:test'
import { newId } from '../../../../src/platform/ids.ts'
import { silentLogger } from '../../../../src/platform/logger.ts'
import { connectRedis } from '../../../../src/platform/redis/redis.ts'
import { shardKeys } from '../../../../src/runs/store/run-keys.ts'
import { createRunStore } from '../../../../src/runs/store/run-store.ts'
import { freePorts } from '../../../support/free-ports.ts'
import { startPrivateRedis } from '../../../support/redis.ts'
import { GIVEN_RIGHTS, TAKEN_RIGHTS } from '../../../support/redis-rights.ts'
import { aRequest, aResult, aTally, STORE_OPTIONS, TAKE_ONE } from '../../../support/runs.ts'

const USER = 'splitrun'
const SILENT = TAKEN_RIGHTS.filter(({ form }) => form === 'channels' || form === 'publishing')

test('a run that is watched goes its whole way where nothing may be published, and nothing of it is left', async (t) => {
  const [port = 0] = await freePorts(1)
  const server = await startPrivateRedis(t, { args: ['--port', String(port), '--bind', '127.0.0.1'] })
  const open = async (url: string) => {
    const connections = connectRedis(url, silentLogger())
    t.after(() => connections.close())
    return connections.commands('test')
  }
  const administrator = await open(server.url)
  const change = (rules: readonly string[]) => administrator.call('ACL', 'SETUSER', USER, '>secret', ...rules)
  await change(GIVEN_RIGHTS)
  const redis = await open(`redis://${USER}:secret@127.0.0.1:${port}`)
  const runs = createRunStore(redis, STORE_OPTIONS)
  for (const { form, rules } of SILENT) {
    await change(GIVEN_RIGHTS)
    await change(rules)
    const request = aRequest({ live: true })
    assert.equal((await runs.create(request, newId())).outcome, 'enqueued', form)
    const [claim] = (await runs.dequeue(0, TAKE_ONE)).claims
    assert.equal(claim?.request.id, request.id, form)
    if (!claim) continue
    const head = { epoch: '1-1', reason: 'lost' as const, model: 'm' }
    const piece = { id: request.id, fence: claim.fence, head, offset: 0, text: 'tea', keepMs: 60_000 }
    assert.deepEqual(await runs.emit(0, [piece]), [1], 'who listens is not forgotten')
    const result = aResult()
    assert.equal(await runs.settle(claim, result, [], aTally(request, result)), true, form)
    const keys = shardKeys(0)
    const left = await Promise.all([
      administrator.hlen(keys.enqueuedCounts),
      ...[keys.enqueued, keys.running, keys.expiring].map((key) => administrator.zcard(key)),
    ])
    assert.deepEqual(left, [0, 0, 0, 0], form)
  }
})
