import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Worker } from 'node:worker_threads'
import { DAY_MS } from '../../../src/platform/date-span.ts'
import { silentLogger } from '../../../src/platform/logger.ts'
import { connectRedis } from '../../../src/platform/redis/redis.ts'
import { createRunStore } from '../../../src/runs/store/run-store.ts'
import { joinName, rollupDay } from '../../../src/totals/rollup.ts'
import { createRollupStore } from '../../../src/totals/rollup-store.ts'
import { totalKeys } from '../../../src/totals/total-keys.ts'
import { startPrivateRedis } from '../../support/redis.ts'
import { aRequest, aResult, aTally, claimed, STORE_OPTIONS } from '../../support/runs.ts'
import type { Cleanup } from '../../support/system.ts'
import { untilNoDayEnds } from '../../support/until.ts'

const KEYS = totalKeys(0)
const { project, task } = aRequest()

async function open(t: Cleanup) {
  await untilNoDayEnds()
  const server = await startPrivateRedis(t)
  const connections = connectRedis(server.url, silentLogger())
  t.after(() => connections.close())
  const redis = await connections.commands('test')
  const runs = createRunStore(redis, STORE_OPTIONS)
  const rollups = createRollupStore(redis, { shards: 1, reportDays: 400, comparisonDays: 30 })
  async function settle(fields: Parameters<typeof aResult>[0] = {}): Promise<void> {
    const request = aRequest({ project, task })
    await runs.create(request, null)
    const claim = await claimed(redis, runs, request)
    const result = aResult(fields)
    assert.equal(await runs.settle(claim, result, [], aTally(request, result)), true)
  }
  return { url: server.url, redis, rollups, settle }
}

test('however many add deltas up while runs settle, each run counts once, for ever and in its day', async (t) => {
  const { redis, rollups, settle } = await open(t)
  let settling = true
  const folders = [1, 2, 3].map(async () => {
    while (settling) await rollups.merge()
  })
  await Promise.all(
    Array.from({ length: 20 }, async () => {
      for (let each = 0; each < 60; each += 1) await settle()
    }),
  )
  settling = false
  await Promise.all(folders)
  const [forEver] = await rollups.forEver()
  assert.equal(forEver?.totals.get('runs:succeeded'), 1200)
  const ofDay = await redis.hget(
    KEYS.periodRollup(joinName([project, task, null, null]), rollupDay(Date.now())),
    'tokens:input',
  )
  assert.equal(ofDay, '12000')
  assert.equal(await redis.exists(KEYS.deltas), 0)
})

test('a number that no sum can hold loses nothing of what others add', async (t) => {
  const { redis, rollups, settle } = await open(t)
  const first = Math.floor(Date.now() / DAY_MS) * DAY_MS
  await settle({ credits: 7 })
  await settle({ credits: 1e21 })
  await settle({ credits: 5 })
  await rollups.merge()
  await settle({ credits: Number.MAX_SAFE_INTEGER * 1024 })
  await settle()
  await rollups.merge()
  await settle({ credits: Number.MAX_SAFE_INTEGER })
  await settle()
  await rollups.merge()
  const days = await rollups.days(project, { first, last: first + DAY_MS }, () => true, 100)
  const sumOf = (field: string) => days?.reduce((sum, { totals }) => sum + (totals.get(field) ?? 0), 0)
  assert.deepEqual([sumOf('runs:succeeded'), sumOf('tokens:input')], [7, 70])
  assert.equal(await redis.exists(KEYS.deltas), 0)
})

test('whoever reads totals sees every run that was settled before, also while others add them up', async (t) => {
  const { url, rollups, settle } = await open(t)
  const other = new Worker(new URL('../../fixtures/merge-for-ever.ts', import.meta.url), { workerData: url })
  for (let runs = 2; runs <= 400; runs += 2) {
    await Promise.all([settle(), settle()])
    const [forEver] = await rollups.forEver()
    assert.equal(forEver?.totals.get('runs:succeeded'), runs)
  }
  await other.terminate()
})
