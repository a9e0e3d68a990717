import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { findHungRuns } from '../../../src/decisions/rollouts/late-runs.ts'
import { newId, newRunId } from '../../../src/platform/ids.ts'
import { silentLogger } from '../../../src/platform/logger.ts'
import { connectRedis, type Redis } from '../../../src/platform/redis/redis.ts'
import { createRunStore, type RunStore } from '../../../src/runs/store/run-store.ts'
import { SECONDS } from '../../../src/totals/histogram.ts'
import { testRedisUrl } from '../../support/redis.ts'
import { aRequest, claimed, STORE_OPTIONS } from '../../support/runs.ts'

const BUCKET = 3
/** Runs of this age and more are not done in time. */
const BOUND_MS = (SECONDS[BUCKET] ?? 0) * 1000

describe('runs of a task that hang', () => {
  const connections = connectRedis(testRedisUrl(), silentLogger())
  after(() => connections.close())
  let redis: Redis
  let runs: RunStore
  before(async () => {
    redis = await connections.commands('test')
    runs = createRunStore(redis, { ...STORE_OPTIONS, shards: 1 })
  })

  async function runningRuns(
    { project, task, revision, split }: { project: string; task: string; revision: string; split: number },
    count: number,
  ): Promise<void> {
    for (let each = 0; each < count; each += 1) {
      const request = aRequest({ id: newRunId(0), project, task })
      await runs.create(request, null, null, { revision, split, model: '' })
      await claimed(redis, runs, request)
    }
  }
  const ofTask = (project = newId(), task = newId()) => ({ project, task, revision: newId(), split: 1 })

  test('are found whatever runs of other tasks and projects are as old, and older', async () => {
    const own = ofTask()
    await runningRuns(ofTask(), 12)
    await runningRuns(ofTask(own.project), 12)
    await runningRuns(own, 5)
    await runningRuns({ ...own, split: 2 }, 3)
    const task = { id: own.task, project_id: own.project }
    for (const page of [1, 3, 4, 1000]) {
      const hung = await findHungRuns(runs, task, BUCKET, Date.now() + BOUND_MS, { page })
      assert.deepEqual([hung(own.revision, 1), hung(own.revision, 2), hung(newId(), 1)], [5, 3, 0])
    }
  })

  test('are those alone that were made so long ago', async () => {
    const own = ofTask()
    const start = Date.now()
    await runningRuns(own, 3)
    const task = { id: own.task, project_id: own.project }
    const early = await findHungRuns(runs, task, BUCKET, start + BOUND_MS - 1)
    assert.equal(early(own.revision, 1), 0)
    const late = await findHungRuns(runs, task, BUCKET, Date.now() + BOUND_MS)
    assert.equal(late(own.revision, 1), 3)
  })

  test('are counted until there are enough of them', async () => {
    const own = ofTask()
    await runningRuns(own, 20)
    const task = { id: own.task, project_id: own.project }
    const hung = await findHungRuns(runs, task, BUCKET, Date.now() + BOUND_MS, { page: 2, most: 4 })
    assert.equal(hung(own.revision, 1), 4)
  })
})
