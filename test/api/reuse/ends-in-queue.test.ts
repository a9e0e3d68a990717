import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { reuseKeys } from '../../../src/runs/reuse/reuse-layout.ts'
import { shardKeys } from '../../../src/runs/store/run-keys.ts'
import { allKeys } from '../../support/all-keys.ts'
import { completion, playModels } from '../../support/played-models.ts'
import { until, useSystem } from '../../support/system.ts'

process.env['SPLITRUN_TEST_MODEL_KEY'] = 'sk-a-key-of-this-test'

const putOff = (seconds: number) => ({
  ...{ status: 503, headers: { 'retry-after': String(seconds) } },
  body: { error: { message: 'later' } },
})
const ANSWER = completion({ content: '{"answer": "yes", "score": 1}' })

describe('a run that others wait for', () => {
  let models: Awaited<ReturnType<typeof playModels>>
  // Whoever is not told waits until a lease ends, which is longer than a test may take.
  const running = useSystem(async (t) => {
    models = await playModels(t, { first: {}, second: {} })
    return { env: { SPLITRUN_MODELS_FILE: models.file, SPLITRUN_LOCK_DURATION: '300s' } }
  })
  const call: ReturnType<typeof running>['call'] = (...args) => running().call(...args)
  const run = (task: string, word: string, query = '') =>
    call('POST', `/task/${task}/run${query}`, { task_input: { text: `[${word}]` } })
  const runOf = async (task: string, id: string) => (await call('GET', `/task/${task}/run/${id}`)).body

  /** Starts a run whose server puts it off, and waits until it is back in its queue. */
  async function pausing(task: string, word: string, attempts: number, query = ''): Promise<string> {
    const { body } = await run(task, word, `?wait=0${query}`)
    await until(async () => {
      const { status, attempts: made } = await runOf(task, body.id)
      return status === 'queued' && made.length === attempts
    })
    return body.id
  }
  /** How many runs are noted as waiting. */
  async function waitingFor(task: string): Promise<number> {
    const { redis } = running().core
    const [key] = await allKeys(redis, reuseKeys(running().project.slice(-36)).waiting(task, '*'))
    return key === undefined ? 0 : redis.zcard(key)
  }
  /** Waits until one more run waits, and is back in its queue as the one that pauses is. */
  async function twinWaits(task: string): Promise<void> {
    await until(async () => (await waitingFor(task)) === 1)
    await until(async () => (await running().core.redis.zcard(shardKeys(0).deferred)) === 2)
  }

  test('and is cancelled between two calls, when no worker has it, is waited for no longer', async () => {
    const task = await running().createTask({ llm_model_id: 'first', cache: 600 })
    models.play('cancelled', [putOff(25), ANSWER])
    const first = await pausing(task, 'cancelled', 1)
    const twin = run(task, 'cancelled')
    await twinWaits(task)
    assert.equal((await call('POST', `/task/${task}/run/${first}/cancel`)).body.status, 'cancelled')
    const { body } = await twin
    assert.deepEqual([body.status, body.cached_from], ['succeeded', null])
    assert.equal(models.callsOf('cancelled').length, 2)
  })

  test('shares what its fallback answered also when that was asked after a pause', async () => {
    const task = await running().createTask({
      ...{ llm_model_id: 'first', fallback_llm_model_id: 'second', cache: 600 },
    })
    models.play('fallback', [{ status: 400, body: {} }, putOff(3), ANSWER])
    const first = await pausing(task, 'fallback', 2)
    const { body } = await run(task, 'fallback')
    assert.deepEqual([body.status, body.cached_from, body.used_fallback_model], ['succeeded', first, true])
    assert.equal(models.callsOf('fallback').length, 3)
  })

  test('is counted in comparisons, and those that wait for it are not, also where they end in the queue', async () => {
    const task = await running().createTask({ llm_model_id: 'first', cache: 600 })
    const { body } = await call('POST', `/task/${task}`, { system_prompt: 'B.' })
    const [b, a] = body.revisions.map(({ id }: { id: string }) => id)
    const active = [a, b].map((task_revision_id) => ({ task_revision_id, weight: 1 }))
    assert.equal((await call('POST', `/task/${task}`, { active_revisions: active })).status, 200)
    models.play('twins', [putOff(25)])
    const first = await pausing(task, 'twins', 1, '&split_key=one')
    const baseline = (await runOf(task, first)).task_revision_id === a ? b : a
    const twin = run(task, 'twins', '?split_key=one&wait=0')
    await twinWaits(task)
    await call('POST', `/task/${task}/run/${(await twin).body.id}/cancel`)
    await until(async () => (await waitingFor(task)) === 0)
    const late = await run(task, 'twins', '?split_key=one&timeout=1')
    assert.equal(late.body.detail.reason, 'RUN_EXPIRED')
    await call('POST', `/task/${task}/run/${first}/cancel`)
    const compared = async () => {
      const { body: found } = await call('GET', `/task/${task}/comparison?baseline=${baseline}`)
      return [found.revisions[0]?.runs ?? 0, found.excluded.repeated]
    }
    await until(async () => (await compared()).reduce((sum, each) => sum + each, 0) === 3)
    assert.deepEqual(await compared(), [1, 2])
  })
})
