import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import type { SimulatedFaults } from '../../src/models/simulated/simulated-faults.ts'
import { startSimulatedModel } from '../../src/models/simulated/simulated-model.ts'
import { startSystem } from '../support/system.ts'

const INPUT = { task_input: { text: 'tea' } }

/** A system with two models: `first` has these faults, `second` has none. Prices tell their tokens apart. */
async function twoModels(t: TestContext, faults: Partial<SimulatedFaults>, secondFaults = {}) {
  const [first, second] = [
    await startSimulatedModel({ faults }),
    await startSimulatedModel({ faults: secondFaults }),
  ]
  const folder = await mkdtemp(join(tmpdir(), 'splitrun-test-'))
  const file = join(folder, 'models.json')
  const model = (name: string, input: number) => ({
    name,
    server: name,
    upstream_name: 'simulated-large',
    supports_vision: true,
    price: { input, output: 0 },
  })
  const content = {
    servers: { first: { base_url: first.url }, second: { base_url: second.url } },
    models: [model('first', 1_000_000), model('second', 10_000)],
  }
  await writeFile(file, JSON.stringify(content))
  const system = await startSystem(t, {
    env: { SPLITRUN_MODELS_FILE: file, SPLITRUN_MODEL_ATTEMPTS: '2' },
  })
  t.after(async () => {
    await Promise.all([first.close(), second.close()])
    await rm(folder, { recursive: true })
  })
  const task = await system.createTask({
    llm_model_id: 'first',
    llm_config: { temperature: 0.1 },
    fallback_llm_model_id: 'second',
    fallback_llm_config: { temperature: 0.9 },
  })
  return { system, task, first, second }
}

test('a model that is exhausted after its retries gives way to the fallback, and the run says so', async (t) => {
  const { system, task, first } = await twoModels(t, { serverError: 1 })
  const { status, body } = await system.call('POST', `/task/${task}/run`, INPUT)
  assert.deepEqual([status, body.status, body.used_fallback_model], [200, 'succeeded', true])
  assert.equal(body.primary_failure_reason, 'MODEL_ERROR')
  assert.deepEqual([body.model, body.llm_retries], ['second', 1])
  assert.equal(body.fallback_llm_model_id, body.llm_model_id)
  assert.deepEqual(body.llm_config, { temperature: 0.9 })
  assert.deepEqual(
    body.attempts.map(({ model, outcome }: Record<string, string>) => [model, outcome]),
    [
      ['first', 'server_error'],
      ['first', 'server_error'],
      ['second', 'succeeded'],
    ],
  )
  assert.equal(first.stats()['serverError'], 2)
})

test('a model whose answers do not fit gives way too, and each attempt is charged at its own price', async (t) => {
  const { system, task } = await twoModels(t, { schemaViolation: 1 })
  const { body } = await system.call('POST', `/task/${task}/run`, INPUT)
  assert.deepEqual([body.used_fallback_model, body.primary_failure_reason], [true, 'OUTPUT_INVALID'])
  const tokens = (model: string) =>
    body.attempts
      .filter((attempt: { model: string }) => attempt.model === model)
      .reduce((sum: number, attempt: { input_tokens: number }) => sum + attempt.input_tokens, 0)
  assert.equal(body.charged_credits, (tokens('first') + tokens('second') * 0.01).toFixed(2))
  assert.equal(body.input_tokens, tokens('first') + tokens('second'))
})

test('use_fallback_model asks the fallback alone; a revision without one refuses it', async (t) => {
  const { system, task, first } = await twoModels(t, {})
  const { body } = await system.call('POST', `/task/${task}/run?use_fallback_model=true`, INPUT)
  assert.deepEqual(
    [body.model, body.used_fallback_model, body.primary_failure_reason],
    ['second', true, null],
  )
  assert.equal(first.stats()['answered'] ?? 0, 0)
  const without = await system.createTask({ llm_model_id: 'first' })
  const refused = await system.call('POST', `/task/${without}/run?use_fallback_model=true`, INPUT)
  assert.deepEqual([refused.status, refused.body.detail[0].loc], [422, ['query', 'use_fallback_model']])
})

test('where the fallback fails as well, the run fails with what the fallback failed with', async (t) => {
  const { system, task } = await twoModels(t, { serverError: 1 }, { schemaViolation: 1 })
  const { status, body } = await system.call('POST', `/task/${task}/run`, INPUT)
  assert.deepEqual([status, body.detail.reason], [502, 'OUTPUT_INVALID'])
  const { run } = body.detail
  assert.deepEqual([run.used_fallback_model, run.primary_failure_reason], [true, 'MODEL_ERROR'])
})
