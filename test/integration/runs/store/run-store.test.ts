import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { newId } from '../../../../src/platform/ids.ts'
import type { Redis } from '../../../../src/platform/redis/redis.ts'
import { bullmqKeys } from '../../../../src/queue/bullmq-keys.ts'
import { shardKeys } from '../../../../src/runs/store/run-keys.ts'
import { createRunStore, type RunStore } from '../../../../src/runs/store/run-store.ts'
import { mergeDeltas } from '../../../../src/totals/merge-deltas.ts'
import { joinName, rollupDay } from '../../../../src/totals/rollup.ts'
import { totalKeys } from '../../../../src/totals/total-keys.ts'
import { aRequest, claimed, deliver, STORE_OPTIONS } from '../../../support/runs.ts'
import { until } from '../../../support/system.ts'
import { useRunStore } from './used-store.ts'

const JOBS = bullmqKeys(0)
const KEYS = shardKeys(0)
const TOTALS = totalKeys(0)

describe('the run store', () => {
  let redis: Redis
  let runs: RunStore
  const { queued, settle } = useRunStore((connected, store) => {
    redis = connected
    runs = store
  })

  test('creates a run once: a second time changes nothing', async () => {
    const request = await queued()
    await claimed(redis, runs, request)
    assert.deepEqual(await runs.create({ ...request, inputs: { text: 'other' } }, null), {
      outcome: 'exists',
    })
    const record = await runs.get(request.id)
    assert.deepEqual([record?.status, record?.request], ['running', request])
  })

  test('a claim opens an attempt that is stored before it returns', async () => {
    const request = await queued()
    const claim = await claimed(redis, runs, request, 'a-revision')
    const record = await runs.get(request.id)
    assert.deepEqual(claim.request, request)
    assert.deepEqual([record?.status, record?.revision], ['running', 'a-revision'])
    assert.deepEqual(
      record?.attempts.map(({ number, fence, worker, outcome }) => ({ number, fence, worker, outcome })),
      [{ number: 1, fence: claim.fence, worker: 'a-worker', outcome: 'open' }],
    )
  })

  test('refuses everything of a claim that another worker has superseded', async () => {
    const request = await queued()
    const stale = await claimed(redis, runs, request)
    const current = await claimed(redis, runs, request)
    assert.ok(current.fence > stale.fence)
    const untouched = await redis.hgetall(KEYS.run(request.id))
    assert.equal(await settle(stale), false)
    assert.equal(await runs.release(stale, []), 'superseded')
    assert.equal(await runs.saveAttempts(stale, []), false)
    assert.deepEqual(await redis.hgetall(KEYS.run(request.id)), untouched)
    await mergeDeltas(redis, 0, { reportDays: 400, comparisonDays: 30 })
    assert.equal(await redis.exists(TOTALS.rollup(joinName([request.project, request.task, null]))), 0)

    assert.equal(await runs.saveAttempts(current, current.attempts), true)
    assert.equal(await settle(current), true)
  })

  test('refuses a claim that was given back, even though no other worker took the run', async () => {
    const request = await queued()
    const claim = await claimed(redis, runs, request)
    assert.equal(await runs.release(claim, []), 'queued')
    assert.equal(await runs.release(claim, []), 'superseded')
    for (const outcome of [settle(claim), runs.saveAttempts(claim, [])]) assert.equal(await outcome, false)
    assert.equal((await runs.get(request.id))?.status, 'queued')
  })

  test('adds a run to the rollups once, for ever and for its day, however often it is settled', async () => {
    const request = await queued()
    const claim = await claimed(redis, runs, request)
    const settled = Date.UTC(2031, 4, 6, 23, 59, 59, 999)
    const outcomes = await Promise.all([1, 2, 3].map(() => settle(claim, { settled, credits: 7 })))
    assert.deepEqual(outcomes, [true, false, false])
    const { project, task } = request
    await mergeDeltas(redis, 0, { reportDays: 400, comparisonDays: 30 })
    const inReports = joinName([project, task, null, null])
    const inMetrics = joinName([project, task, null])
    const fields = ['runs:succeeded', 'check:valid', 'tokens:input', 'tokens:output', 'credits', 'us:total']
    assert.equal(rollupDay(settled), '20310506')
    const ofDay = await redis.hmget(TOTALS.periodRollup(inReports, '20310506'), ...fields)
    assert.deepEqual(ofDay, ['1', '1', '10', '5', '7', '3000'])
    assert.deepEqual(await redis.smembers(TOTALS.dayRollups(project, '20310506')), [inReports])
    const forEver = await redis.hmget(TOTALS.rollup(inMetrics), 'runs:succeeded', 'check:valid', 'us:async')
    assert.deepEqual(forEver, ['1', '1', '3000'])
    assert.equal(await redis.sismember(TOTALS.rollups, inMetrics), 1)
    const kept = [TOTALS.periodRollup(inReports, '20310506'), TOTALS.dayRollups(project, '20310506')]
    for (const key of kept) assert.equal(await redis.ttl(key), 400 * 86_400)
    assert.equal(await redis.ttl(TOTALS.rollup(inMetrics)), -1)
  })

  test('gives nothing to claim when a run has ended, nor when there is none', async () => {
    const request = await queued()
    await settle(await claimed(redis, runs, request))
    const ended = await redis.hgetall(KEYS.run(request.id))
    assert.equal(await deliver(redis, runs, request), null)
    assert.deepEqual(await redis.hgetall(KEYS.run(request.id)), ended)
    const never = aRequest()
    assert.equal(await deliver(redis, runs, never), null)
    assert.equal(await redis.exists(KEYS.run(never.id)), 0)
    assert.equal(await redis.lpos(JOBS.active, never.id), null, 'the job is gone too')
  })

  test('a record that cannot be read loses its job, and keeps no other run from its worker', async () => {
    const [broken, whole] = [await queued(), await queued()]
    await redis.hset(KEYS.run(broken.id), 'request', '{}')
    await redis.multi().lrem(JOBS.wait, 0, whole.id).rpush(JOBS.wait, whole.id).exec()
    assert.equal((await deliver(redis, runs, broken, { most: 2 }))?.request.id, whole.id)
    assert.equal(await redis.exists(JOBS.job(broken.id)), 0)
    assert.equal(await redis.lpos(JOBS.active, broken.id), null)
  })

  test('says when so many claims were lost that the run should end; a claim given back is not one', async () => {
    const request = await queued()
    const claim = async () => {
      return (
        (await deliver(redis, runs, request, { claimsMax: 2 })) ?? assert.fail('there is nothing to claim')
      )
    }
    for (let time = 0; time < 5; time += 1) await runs.release(await claim(), [])
    assert.deepEqual([(await claim()).claimsExhausted, (await claim()).claimsExhausted], [false, false])
    const last = await claim()
    assert.equal(last.claimsExhausted, true)
    assert.equal(last.attempts.length, 2)
    assert.equal((await runs.get(request.id))?.attempts.length, 2, 'an exhausted claim opens no attempt')
    assert.equal(await settle(last, { status: 'failed' }), true)
  })

  test('keeps the time of the first claim and the revision drawn then', async () => {
    const request = await queued()
    const first = await claimed(redis, runs, request, 'first')
    const lost = await claimed(redis, runs, request, 'second')
    await runs.release(lost, [])
    const third = await claimed(redis, runs, request, 'third')
    for (const { revision } of [lost, third]) assert.equal(revision, 'first')
    assert.equal(lost.claimed, first.claimed)
  })

  test('the limits hold within what is asked for at once', async () => {
    const small = createRunStore(redis, { ...STORE_OPTIONS, projectQueueMax: 3, queueWindow: 2 })
    const project = newId()
    const created = await Promise.all([1, 2, 3, 4].map(() => small.create(aRequest({ project }), null)))
    assert.deepEqual(
      created.map(({ outcome }) => outcome),
      ['enqueued', 'enqueued', 'backlogged', 'project_full'],
    )
  })

  test('an ended run expires after its retention, an unfinished one never', async () => {
    const request = await queued()
    const claim = await claimed(redis, runs, request)
    assert.equal(await redis.pttl(KEYS.run(request.id)), -1)
    await settle(claim)
    const left = await redis.pttl(KEYS.run(request.id))
    assert.ok(left > 0 && left <= 60_000)
  })

  test('the janitor removes expired runs from all lists, also behind one that is kept', async () => {
    // Its retention is over at once, so that all of them are old enough to be looked at.
    const aged = createRunStore(redis, { ...STORE_OPTIONS, retentionSeconds: 0 })
    const { project, task } = aRequest()
    const requests = []
    for (let count = 0; count < 6; count += 1) requests.push(await queued({ project, task }))
    for (const request of requests) await settle(await claimed(redis, runs, request), { status: 'failed' })
    const kept = [requests[0]?.id, requests[3]?.id]
    // As expiry does.
    for (const { id } of requests) if (!kept.includes(id)) await redis.del(KEYS.run(id))
    const indexes = [KEYS.projectRuns(project), KEYS.taskRuns(project, task), KEYS.runsIn(project, 'failed')]
    const never = new AbortController().signal
    await until(async () => {
      await aged.trimIndexes(never)
      const found = await Promise.all(indexes.map((index) => redis.zrange(index, '0', '-1')))
      return found.every((ids) => ids.join() === kept.join())
    })
  })

  test('the janitor walks over all keys in a hundredth of the retention, however often it is called', async (t) => {
    const { signal } = new AbortController()
    const scan = t.mock.method(redis, 'scan')
    const patient = createRunStore(redis, { ...STORE_OPTIONS, retentionSeconds: 30 * 24 * 3600 })
    // Where nobody knows when the walk last went on, it goes as far as a call may.
    await patient.trimIndexes(signal)
    for (let call = 0; call < 3; call += 1) {
      const before = scan.mock.callCount()
      await patient.trimIndexes(signal)
      assert.equal(scan.mock.callCount() - before, 1)
    }
  })
})
