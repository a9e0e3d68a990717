import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { sharedNow } from '../../../../src/platform/clock.ts'
import { cancelRun } from '../../../../src/runs/end/cancel-run.ts'
import { endQueuedRun } from '../../../../src/runs/end/end-queued-run.ts'
import { expireRun } from '../../../../src/runs/end/expire-run.ts'
import { Ledger } from '../../../../src/runs/ledger.ts'
import type { RunRecord } from '../../../../src/runs/run.ts'
import { TAKE_ONE } from '../../../support/runs.ts'
import { until, useSystem } from '../../../support/system.ts'

const MADE = { outcome: 'rate_limited', ended: 2, inputTokens: 7, outputTokens: 3 }

describe('ending a queued run that a worker has had since it was read', () => {
  const running = useSystem({ workers: 0 })

  /** The run as it is read before a worker claims it, makes one attempt (or none), and gives it back. */
  async function readTooEarly(attempts: number, query = '?wait=0'): Promise<RunRecord> {
    const { core, call, createTask } = running()
    const path = `/task/${await createTask()}/run${query}`
    const { body } = await call('POST', path, { task_input: { text: 'tea' } })
    const record = (await core.runs.get(body.id)) ?? assert.fail('there is no such run')
    assert.deepEqual([record.status, record.revision], ['queued', null])
    const [claim] = (await core.runs.dequeue(0, TAKE_ONE)).claims
    assert.equal(claim?.request.id, body.id)
    const ledger = new Ledger(claim?.attempts ?? [], 1, 'a-worker')
    ledger.open(1)
    const made = attempts === 0 ? [] : ledger.all().map((each) => ({ ...each, ...MADE }))
    assert.equal(await core.runs.release(claim ?? assert.fail('none was claimed'), made), 'queued')
    return record
  }

  for (const attempts of [0, 1]) {
    test(`after ${attempts} attempts is refused, and done with all that is known by then`, async () => {
      const { core } = running()
      const record = await readTooEarly(attempts)
      assert.equal(await endQueuedRun(core, record, 'cancelled'), false)
      const { status, revision, attempts: kept } = await cancelRun(core, record)
      assert.deepEqual([status, kept.length], ['cancelled', attempts])
      const counted = (await core.rollups.forEver()).filter(({ name }) => name.includes(record.request.task))
      // The totals are those of the revision that the record shows.
      assert.ok(revision)
      assert.ok(counted.length > 0)
      for (const { name } of counted) assert.ok(name.includes(revision), name)
    })
  }

  test('when its time is over, too', async () => {
    const record = await readTooEarly(1, '?wait=0&timeout=0.3')
    await until(() => sharedNow() > record.request.deadline)
    const { status, revision, attempts } = await expireRun(running().core, record)
    assert.deepEqual([status, attempts.length], ['expired', 1])
    assert.ok(revision)
  })
})
