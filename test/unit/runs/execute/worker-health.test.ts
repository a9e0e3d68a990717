import assert from 'node:assert/strict'
import { test } from 'node:test'
import { silentLogger } from '../../../../src/platform/logger.ts'
import { watchWorkerHealth } from '../../../../src/runs/execute/worker-health.ts'
import { until } from '../../../support/system.ts'

test('a worker is unwell while its check fails, and finds out by itself when it no longer does', async (t) => {
  let trouble: Error | null = new Error('no disk')
  const check = async () => {
    if (trouble) throw trouble
  }
  const health = watchWorkerHealth({ check, log: silentLogger(), everyMs: 1 })
  t.after(() => health.close())
  await until(() => !health.well)
  const waiting = health.whenWell()
  trouble = null
  await waiting
  assert.equal(health.well, true)
  trouble = new Error('no disk, again')
  await until(() => !health.well)
})

test('what is reported counts at once, until a check says otherwise, however long ago the last one was', async (t) => {
  let checks = 0
  const check = async () => {
    checks += 1
  }
  const health = watchWorkerHealth({ check, log: silentLogger(), everyMs: 3_600_000 })
  t.after(() => health.close())
  await until(() => checks === 1)
  for (let round = 2; round < 4; round += 1) {
    health.report(new Error('EMFILE'))
    assert.equal(health.well, false)
    await health.whenWell()
    assert.equal(checks, round)
  }
})

test('that Redis is away says nothing of a worker', async (t) => {
  let checks = 0
  const check = async () => {
    checks += 1
    throw new Error('Connection is closed.')
  }
  const health = watchWorkerHealth({ check, log: silentLogger(), everyMs: 1 })
  t.after(() => health.close())
  await until(() => checks > 3)
  assert.equal(health.well, true)
})

test('nobody waits for a worker that is closed', async () => {
  const check = async () => {
    throw new Error('no disk')
  }
  const health = watchWorkerHealth({ check, log: silentLogger(), everyMs: 1 })
  await until(() => !health.well)
  const waiting = health.whenWell()
  health.close()
  await waiting
})
