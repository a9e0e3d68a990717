import assert from 'node:assert/strict'
import { after, before } from 'node:test'
import { silentLogger } from '../../../../src/platform/logger.ts'
import { connectRedis, type Redis } from '../../../../src/platform/redis/redis.ts'
import type { Attempt, RunRequest } from '../../../../src/runs/run.ts'
import type { Claim } from '../../../../src/runs/store/claim.ts'
import { createRunStore, type RunStore } from '../../../../src/runs/store/run-store.ts'
import { testRedisUrl } from '../../../support/redis.ts'
import { aRequest, aResult, aTally, STORE_OPTIONS } from '../../../support/runs.ts'

/** A store for the tests of a suite, which `ready` gets before the first of them. */
export function useRunStore(ready: (redis: Redis, runs: RunStore) => void) {
  const connections = connectRedis(testRedisUrl(), silentLogger())
  after(() => connections.close())
  let runs: RunStore
  before(async () => {
    const redis = await connections.commands('test')
    runs = createRunStore(redis, STORE_OPTIONS)
    ready(redis, runs)
  })

  async function queued(fields: Partial<RunRequest> = {}): Promise<RunRequest> {
    const request = aRequest(fields)
    assert.deepEqual(await runs.create(request, null), { outcome: 'enqueued' })
    return request
  }
  function settle(claim: Claim, fields = {}, attempts: readonly Attempt[] = []): Promise<boolean> {
    const { request } = claim
    const result = aResult(fields)
    return runs.settle(claim, result, attempts, aTally(request, result))
  }
  return { connections, queued, settle }
}
