import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { composeWorker } from '../../src/compose/compose-worker.ts'
import { shardOf } from '../../src/platform/ids.ts'
import { bullmqKeys } from '../../src/queue/bullmq-keys.ts'
import { shardKeys } from '../../src/runs/store/run-keys.ts'
import { startSystem, until, useSystem } from '../support/system.ts'

const INPUT = { task_input: { text: 'tea' } }
const ASYNC = { headers: { prefer: 'respond-async' } }

describe('cancelling a run', () => {
  // An answer would take an hour: whatever ends, ends by being cancelled.
  const running = useSystem({ model: { latencyMs: 3_600_000 }, workers: 2 })

  async function started(task: string): Promise<string> {
    const { body } = await running().call('POST', `/task/${task}/run`, INPUT, ASYNC)
    await until(async () => (await running().core.runs.get(body.id))?.status === 'running')
    return body.id
  }

  test('breaks off its model call, and its waiting callers learn of it', async () => {
    const task = await running().createTask()
    const id = await started(task)
    // An earlier test may have left calls that the model hears the end of only now.
    const aborted = () => running().model.stats()['aborted'] ?? 0
    const before = aborted()
    const waiting = running().call('GET', `/task/${task}/run/${id}?wait=300`)
    const { status, body, headers } = await running().call('POST', `/task/${task}/run/${id}/cancel`)
    assert.deepEqual([status, body.status, body.done, body.is_error], [200, 'cancelled', true, true])
    assert.equal(body.error.reason, 'RUN_CANCELLED')
    assert.equal(headers.get('x-task-run-id'), id)
    assert.deepEqual(
      body.attempts.map(({ outcome, model }: { outcome: string; model: string }) => [outcome, model]),
      [['cancelled', 'simulated-large']],
    )
    assert.deepEqual((await waiting).body, body)
    await until(() => aborted() > before)
  })

  test('works on whichever worker has the run', async () => {
    const task = await running().createTask()
    const ids: string[] = []
    const workers = new Set<string | undefined>()
    await until(async () => {
      const id = await started(task)
      ids.push(id)
      workers.add((await running().core.runs.get(id))?.attempts[0]?.worker)
      return workers.size === 2
    })
    for (const id of ids) {
      const { body } = await running().call('POST', `/task/${task}/run/${id}/cancel`)
      assert.equal(body.attempts[0].outcome, 'cancelled')
    }
  })

  test('is idempotent, and leaves a run that has ended as it is', async () => {
    const task = await running().createTask()
    const id = await started(task)
    const cancel = () => running().call('POST', `/task/${task}/run/${id}/cancel`)
    const [first, ...others] = await Promise.all([cancel(), cancel(), cancel()])
    for (const other of [...others, await cancel()]) assert.deepEqual(other.body, first?.body)
  })

  test('answers a caller that waits with 409 and the whole run', async () => {
    const task = await running().createTask()
    const waiting = running().call('POST', `/task/${task}/run`, INPUT)
    let id = ''
    await until(async () => {
      id = (await running().call('GET', `/task/${task}/run?status=running`)).body.results[0]?.id ?? ''
      return id !== ''
    })
    await running().call('POST', `/task/${task}/run/${id}/cancel`)
    const { status, body } = await waiting
    assert.deepEqual([status, body.detail.reason, body.detail.run_id], [409, 'RUN_CANCELLED', id])
    assert.equal(body.detail.run.status, 'cancelled')
  })

  test('of a run that no worker has had tells those who wait what its record says', async (t) => {
    const system = await startSystem(t, { workers: 0 })
    const task = await system.createTask()
    const waiting = system.call('POST', `/task/${task}/run`, INPUT)
    let id = ''
    await until(async () => {
      id = (await system.call('GET', `/task/${task}/run`)).body.results[0]?.id ?? ''
      return id !== ''
    })
    await system.call('POST', `/task/${task}/run/${id}/cancel`)
    const stored = (await system.call('GET', `/task/${task}/run/${id}`)).body
    assert.deepEqual([stored.status, stored.task_revision_id], ['cancelled', null], 'none was drawn for good')
    assert.deepEqual((await waiting).body.detail.run, stored)
  })

  test('follows when the caller leaves, where it asked for that; otherwise the run goes on', async () => {
    const system = running()
    const task = await system.createTask()
    const leave = async (query: string): Promise<string> => {
      const leaving = new AbortController()
      const left = fetch(`${system.checkedUrl}${system.project}/task/${task}/run${query}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${system.token}` },
        body: JSON.stringify(INPUT),
        signal: leaving.signal,
      })
      let id = ''
      await until(async () => {
        id = (await system.call('GET', `/task/${task}/run?status=running`)).body.results[0]?.id ?? ''
        return id !== ''
      })
      leaving.abort()
      await assert.rejects(left)
      return id
    }
    const cancelled = await leave('?on_disconnect=cancel')
    await until(async () => (await system.core.runs.get(cancelled))?.status === 'cancelled')
    const kept = await leave('')
    // Its caller's departure has been dealt with once a later call has been answered and the inbox is empty.
    await until(async () => (await system.call('GET', `/task/${task}/run/${kept}`)).body.status === 'running')
    await system.call('POST', `/task/${task}/run/${kept}/cancel`)
  })

  test('needs the scope to run, and the run to be of the task', async () => {
    const task = await running().createTask()
    const other = await running().createTask()
    const id = await started(task)
    const token = await running().createToken(['run:read'])
    const forbidden = await running().call('POST', `/task/${task}/run/${id}/cancel`, undefined, { token })
    assert.equal(forbidden.status, 403)
    assert.equal((await running().call('POST', `/task/${other}/run/${id}/cancel`)).status, 404)
    await running().call('POST', `/task/${task}/run/${id}/cancel`)
  })
})

test('a queued run is cancelled at once, and never reaches the model', async (t) => {
  const system = await startSystem(t, { workers: 0 })
  const task = await system.createTask()
  const { body } = await system.call('POST', `/task/${task}/run`, INPUT, ASYNC)
  const cancelled = await system.call('POST', `/task/${task}/run/${body.id}/cancel`)
  assert.deepEqual([cancelled.body.status, cancelled.body.attempts], ['cancelled', []])
  const shard = shardOf(body.id)
  assert.equal(await system.core.redis.exists(bullmqKeys(shard).job(body.id)), 0, 'its job is gone')
  const { enqueuedCounts, enqueued, expiring } = shardKeys(shard)
  assert.equal(await system.core.redis.exists(enqueuedCounts, enqueued, expiring), 0, 'no index has it')
  await composeWorker(system.core)
  assert.equal((await system.call('POST', `/task/${task}/run`, INPUT)).status, 200)
  assert.deepEqual(system.model.stats(), { answered: 1 }, 'the model was asked for the later run alone')
})

test('a run that is cancelled shows the time that models had of it, whoever had it at the end', async (t) => {
  // The next call would begin within half a minute: until then the run is in the queue. At once it is made now and then.
  const system = await startSystem(t, {
    model: { latencyMs: 200, faults: { serverError: 1 } },
    env: { SPLITRUN_MODEL_BACKOFF: '60s', SPLITRUN_MODEL_ATTEMPTS: '20' },
  })
  const task = await system.createTask()
  const { body } = await system.call('POST', `/task/${task}/run`, INPUT, ASYNC)
  const path = `/task/${task}/run/${body.id}`
  await until(async () => (await system.call('GET', path)).body.attempts[0]?.outcome === 'server_error')
  await until(async () => (await system.call('GET', path)).body.status === 'queued')
  const cancelled = (await system.call('POST', `${path}/cancel`)).body
  const spans: number[] = cancelled.attempts.map(
    ({ started, ended }: Record<'started' | 'ended', string>) => Date.parse(ended) - Date.parse(started),
  )
  const ms = spans.reduce((sum, each) => sum + each, 0)
  assert.deepEqual([cancelled.status, ms >= 200], ['cancelled', true])
  assert.deepEqual([cancelled.timings.model, cancelled.llm_call_timing], [ms, ms / 1000])
  const { queued, total } = cancelled.timings
  assert.ok(queued + ms <= total, JSON.stringify(cancelled.timings))
  assert.deepEqual((await system.call('GET', path)).body, cancelled)
})
