import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { newRunId } from '../../../src/platform/ids.ts'
import { openRunQueue } from '../../../src/queues.ts'
import type { RunRequest } from '../../../src/runs/run.ts'
import { isFinal } from '../../../src/runs/run.ts'
import { jobOf } from '../../../src/runs/run-changes.ts'
import { aRequest, claimed } from '../../support/runs.ts'
import { type System, until, useSystem } from '../../support/system.ts'

describe('a run whose worker was lost while its model call was open', () => {
  const running = useSystem()

  /** A run that a worker claimed which is never heard of again, delivered once more. */
  async function lostAndDelivered(system: System, fields: Partial<RunRequest>) {
    const { runs, redis } = system.core
    const task = await system.createTask()
    const [, org = '', project = ''] = /^\/org\/(.*)\/project\/(.*)$/.exec(system.project) ?? []
    const request = aRequest({ id: newRunId(0), org, project, task, ...fields })
    await runs.create(request, null)
    await claimed(runs, request)
    const queue = openRunQueue(redis, 0, () => {})
    await queue.add(request.id, jobOf(request))
    await queue.close()
    await until(async () => isFinal((await runs.get(request.id))?.status ?? 'queued'))
    return runs.get(request.id)
  }

  test('is executed again by default, and the ledger keeps the possible duplicate', async () => {
    const record = await lostAndDelivered(running(), {})
    assert.equal(record?.status, 'succeeded')
    assert.deepEqual(
      record?.attempts.map(({ outcome }) => outcome),
      ['lost', 'succeeded'],
    )
  })

  test('fails where its task would rather not pay twice', async () => {
    const before = running().model.stats()['answered'] ?? 0
    const record = await lostAndDelivered(running(), { onLostAttempt: 'fail' })
    assert.deepEqual([record?.status, record?.result?.error?.reason], ['failed', 'WORKER_LOST'])
    assert.deepEqual(
      record?.attempts.map(({ outcome }) => outcome),
      ['lost'],
    )
    assert.equal(running().model.stats()['answered'] ?? 0, before)
  })
})
