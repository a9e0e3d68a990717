import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { composeWorker } from '../../src/compose/compose-worker.ts'
import { completion, playModels } from '../support/played-models.ts'
import { ADMIN_TOKEN, startSystem, until, useSystem } from '../support/system.ts'

process.env['SPLITRUN_TEST_MODEL_KEY'] = 'sk-a-key-of-this-test'
const HOUR = 3600
const good = completion({ content: '{"answer": "yes", "score": 1}' })
const busy = { status: 429, headers: { 'retry-after': String(HOUR) }, body: { error: { message: 'later' } } }
const limits = { concurrent: 100 }
const PRIMARIES = { first: {}, limited: { limits } }

describe('a model whose server asks for a longer wait than runs have time for', () => {
  let models: Awaited<ReturnType<typeof playModels>>
  const system = useSystem(async (t) => {
    models = await playModels(t, { ...PRIMARIES, spare: {}, narrow: { limits: { concurrent: 1 } } })
    return { env: { SPLITRUN_MODELS_FILE: models.file, SPLITRUN_SHARDS: '2' }, workers: 2 }
  })

  /** A task whose model asks for an hour, and one run that was told so. */
  async function startPaused(model: string, task: object = {}, query = '?timeout=60') {
    models.play(model, [busy, good])
    const id = await system().createTask({ llm_model_id: model, ...task })
    const run = (of = query) =>
      system().call('POST', `/task/${id}/run${of}`, { task_input: { text: `[${model}]` } })
    const told = await run()
    const calls = () => models.callsOf(model).map(({ body }) => body.model)
    return { id, run, told, calls }
  }

  test('is not asked by those behind it either: their fallback is, at once', async () => {
    const { run, told, calls } = await startPaused('limited', { fallback_llm_model_id: 'spare' })
    assert.equal(told.status, 200)
    const behind = await Promise.all(Array.from({ length: 12 }, () => run()))
    for (const { status, body } of behind) {
      assert.deepEqual([status, body.status], [200, 'succeeded'], JSON.stringify(body))
      assert.deepEqual([body.used_fallback_model, body.primary_failure_reason], [true, 'MODEL_ERROR'])
      assert.deepEqual([body.model, body.llm_retries], ['spare', 0])
      assert.deepEqual(
        body.attempts.map(({ model, outcome }: Record<string, string>) => [model, outcome]),
        [['spare', 'succeeded']],
      )
    }
    assert.deepEqual(calls(), ['limited', ...Array.from({ length: 13 }, () => 'spare')], 'in all workers')
  })

  test('fails those without a fallback at once, and says when it may be asked again', async () => {
    const { run, told } = await startPaused('limited')
    // The fleet knows of it from the test before.
    for (const { status, body } of [told, await run()]) {
      assert.deepEqual([status, body.detail.reason, body.detail.retryable], [502, 'MODEL_ERROR', true])
      assert.match(body.detail.message, /longer wait than the run has time for/)
      assert.ok(body.detail.retry_after > HOUR - 600 && body.detail.retry_after <= HOUR)
      assert.deepEqual(body.detail.run.attempts, [])
    }
    const refused = await run('?timeout=60&on_limit=fail')
    assert.deepEqual([refused.status, refused.body.detail.reason], [429, 'RATE_LIMITED'])
  })

  test('keeps waiting those who have the time', async () => {
    const { id, run } = await startPaused('limited', { fallback_llm_model_id: 'spare' })
    // More than the window of their project, so that those behind them are in its backlog.
    const patient = await Promise.all(Array.from({ length: 40 }, () => run('?wait=1&timeout=7200')))
    const hasty = await Promise.all(Array.from({ length: 5 }, () => run()))
    for (const { status, body } of hasty) assert.deepEqual([status, body.model], [200, 'spare'])
    for (const { body } of patient) {
      const read = (await system().call('GET', `/task/${id}/run/${body.id}`)).body
      assert.deepEqual([read.status, read.attempts], ['queued', []])
      assert.equal((await system().call('POST', `/task/${id}/run/${body.id}/cancel`)).status, 200)
    }
  })

  test('is not waited for beyond the time within which a run has to be started', async () => {
    const { run } = await startPaused('limited', { fallback_llm_model_id: 'spare', queue_timeout: 60 })
    const { status, body } = await run('?timeout=7200')
    assert.deepEqual([status, body.model], [200, 'spare'])
  })

  test('gives way to a fallback that has to be waited for, too', async () => {
    const { run } = await startPaused('limited', { fallback_llm_model_id: 'narrow' })
    const behind = await Promise.all(Array.from({ length: 8 }, () => run()))
    for (const { status, body } of behind) assert.deepEqual([status, body.model], [200, 'narrow'])
  })

  test('gives way under a hard budget, which holds nothing for it', async () => {
    const budgets = [{ name: 'day', credits: 100, per: 'day', mode: 'hard' }]
    const set = await system().call('POST', '/budget', { budgets }, { token: ADMIN_TOKEN })
    assert.equal(set.status, 200)
    const { run } = await startPaused('limited', { fallback_llm_model_id: 'spare' })
    const behind = await Promise.all(Array.from({ length: 8 }, () => run()))
    for (const { status, body } of behind) assert.deepEqual([status, body.model], [200, 'spare'])
    await system().call('POST', '/budget', { budgets: [] }, { token: ADMIN_TOKEN })
  })
})

test('runs that were queued before it was known are freed too, beyond the window of their project', async (t) => {
  const models = await playModels(t, { ...PRIMARIES, spare: {} })
  const env = { SPLITRUN_MODELS_FILE: models.file, SPLITRUN_LANE_WINDOW: '3', SPLITRUN_CONCURRENCY: '1' }
  const system = await startSystem(t, { env, workers: 0 })
  // One process, so that no other has to be told.
  models.play('first', [busy, good])
  const id = await system.createTask({ llm_model_id: 'first', fallback_llm_model_id: 'spare' })
  const ids = await Promise.all(
    Array.from({ length: 15 }, async () => {
      const text = '[first]'
      return (await system.call('POST', `/task/${id}/run?wait=0&timeout=600`, { task_input: { text } })).body
        .id
    }),
  )
  await composeWorker(system.core)
  await until(async () => (await system.core.runs.getMany(ids)).every((run) => run?.status === 'succeeded'))
  const calls = models.callsOf('first').map(({ body }) => body.model)
  // As many as it has places for in each shard, before the first answer.
  const most = 2 * system.core.config.shards
  assert.ok(calls.filter((model) => model === 'first').length <= most, calls.join(' '))
})
