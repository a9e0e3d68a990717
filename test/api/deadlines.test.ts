import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { until, useSystem } from '../support/system.ts'

const INPUT = { task_input: { text: 'tea' } }
const ASYNC = { headers: { prefer: 'respond-async' } }

describe('a deadline, with a worker', () => {
  const running = useSystem({ model: { latencyMs: 3_600_000 } })

  test('ends the model call in flight, and the caller learns of it with 504 and the whole run', async () => {
    const task = await running().createTask()
    const expire = async (timeout: number) => {
      const { status, body } = await running().call('POST', `/task/${task}/run?timeout=${timeout}`, INPUT)
      assert.deepEqual([status, body.detail.reason], [504, 'RUN_EXPIRED'])
      const { run } = body.detail
      assert.deepEqual([run.status, run.is_error, run.id], ['expired', true, body.detail.run_id])
      assert.equal(Date.parse(run.deadline) - Date.parse(run.created), timeout * 1000)
      return run
    }
    let run = await expire(0.3)
    // On a busy machine a time may be over before the call is made: then the next run has more of it.
    for (let timeout = 1; run.attempts.length === 0; timeout *= 2) run = await expire(timeout)
    assert.equal(run.attempts.at(-1).outcome, 'expired')
    const listed = await running().call('GET', `/task/${task}/run?status=expired`)
    assert.equal(listed.body.results[0].id, run.id)
  })

  test('is a positive number of seconds, at most thirty days', async () => {
    const task = await running().createTask()
    for (const [timeout, status] of [
      ['0', 422],
      ['-1', 422],
      ['soon', 422],
      ['2592001', 422],
      ['2592000', 202],
    ]) {
      const answer = await running().call('POST', `/task/${task}/run?timeout=${timeout}`, INPUT, ASYNC)
      assert.equal(answer.status, status, String(timeout))
    }
  })
})

describe('a deadline, without any worker', () => {
  const running = useSystem({ workers: 0, env: { SPLITRUN_QUEUE_TIMEOUT: '1s' } })

  test('ends a waiting call when the run was not started in time', async () => {
    const task = await running().createTask()
    const { status, body } = await running().call('POST', `/task/${task}/run`, INPUT)
    assert.deepEqual([status, body.detail.reason], [504, 'RUN_EXPIRED'])
    assert.deepEqual([body.detail.run.status, body.detail.run.attempts], ['expired', []])
  })

  test('is seen by whoever reads the run', async () => {
    const task = await running().createTask()
    const { body } = await running().call('POST', `/task/${task}/run?timeout=0.1`, INPUT, ASYNC)
    await until(
      async () => (await running().call('GET', `/task/${task}/run/${body.id}`)).body.status === 'expired',
    )
  })
})
