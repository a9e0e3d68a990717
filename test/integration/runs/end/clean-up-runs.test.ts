import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Queue } from 'bullmq'
import { lowestIdAt, newRunId } from '../../../../src/platform/ids.ts'
import { bullmqKeys, queuePrefix, RUN_QUEUE } from '../../../../src/queue/bullmq-keys.ts'
import { cleanUpRuns } from '../../../../src/runs/end/clean-up-runs.ts'
import { isFinal, type RunRecord, type RunRequest } from '../../../../src/runs/run.ts'
import { aRequest, claimed } from '../../../support/runs.ts'
import { type System, until, useSystem } from '../../../support/system.ts'

const JOBS = bullmqKeys(0)

/** The id of a run that is made at this time, in shard 0. */
const runIdAt = (ms: number): string => lowestIdAt(ms).slice(0, 13) + newRunId(0).slice(13)

/** A run whose job somebody removed, be it in the queue or already claimed. */
async function createWithoutJob(system: System, fields: Partial<RunRequest> = {}): Promise<RunRequest> {
  const task = fields.task ?? (await system.createTask())
  const [, org = '', project = ''] = /^\/org\/(.*)\/project\/(.*)$/.exec(system.project) ?? []
  const request = aRequest({ id: newRunId(0), org, project, ...fields, task })
  const { redis, runs } = system.core
  // Nobody claims it meanwhile.
  await redis.hset(JOBS.meta, 'paused', 1)
  await runs.create(request, null)
  await Promise.all([redis.lrem(JOBS.wait, 0, request.id), redis.del(JOBS.job(request.id))])
  await redis.hdel(JOBS.meta, 'paused')
  return request
}

describe('the janitor of a running system', () => {
  const running = useSystem({ env: { SPLITRUN_JANITOR_INTERVAL: '100ms' } })

  async function ended({ id }: RunRequest): Promise<RunRecord> {
    const { runs } = running().core
    await until(async () => isFinal((await runs.get(id))?.status ?? 'queued'))
    return (await runs.get(id)) ?? assert.fail('it is gone')
  }

  test('lets a run be executed whose job was removed', async () => {
    const record = await ended(await createWithoutJob(running()))
    assert.deepEqual([record.status, record.attempts.length], ['succeeded', 1])
  })

  test('lets a run be executed again whose worker is lost and whose job has vanished', async () => {
    const request = await createWithoutJob(running())
    const { redis, runs } = running().core
    await claimed(redis, runs, request)
    await redis.lrem(JOBS.active, 0, request.id)
    const record = await ended(request)
    assert.equal(record.status, 'succeeded')
    assert.deepEqual(
      record.attempts.map(({ outcome }) => outcome),
      ['lost', 'succeeded'],
    )
  })
})

describe('cleaning up runs', () => {
  const running = useSystem({ workers: 0, env: { SPLITRUN_LANE_WINDOW: '3' } })
  const cleanUp = async (system: System, before: number, signal = new AbortController().signal) => {
    await cleanUpRuns({ ...system.core, shards: 1 }, before, signal)
  }
  const jobs = (system: System) => system.core.redis.lrange(JOBS.wait, '0', '-1')

  test('adds what is missing, once: not to runs that have a job, stand in a backlog, are new or have ended', async () => {
    const system = running()
    const { redis, runs } = system.core
    const now = Date.now()
    const [orphan, delivered, fresh, inBacklog] = [
      await createWithoutJob(system, { id: runIdAt(now - 1000) }),
      await createWithoutJob(system, { id: runIdAt(now - 1000) }),
      await createWithoutJob(system, { id: runIdAt(now + 1000) }),
      await createWithoutJob(system, { id: runIdAt(now - 1000) }),
    ]
    const queue = new Queue(RUN_QUEUE, { connection: redis, prefix: queuePrefix(0), skipVersionCheck: true })
    await queue.add(RUN_QUEUE, {}, { jobId: delivered.id })
    await queue.close()

    const aborted = AbortSignal.abort()
    await cleanUp(system, now, aborted)
    assert.deepEqual(await jobs(system), [delivered.id])
    await cleanUp(system, now)
    await cleanUp(system, now)
    assert.deepEqual((await jobs(system)).sort(), [orphan.id, delivered.id].sort())
    for (const { id } of [fresh, inBacklog]) assert.equal((await runs.get(id))?.status, 'queued')
    const path = (id: string) => `/task/${orphan.task}/run/${id}`
    assert.equal((await system.call('POST', `${path(orphan.id)}/cancel`)).status, 200)
    await cleanUp(system, now)
    // The one that was cancelled let the one in the backlog in.
    assert.deepEqual((await jobs(system)).sort(), [delivered.id, inBacklog.id].sort())
  })
})
