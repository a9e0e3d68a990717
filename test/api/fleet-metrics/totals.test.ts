import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isFinal, type RunRecord } from '../../../src/runs/run.ts'
import { sumOf } from '../../support/exposition.ts'
import { writeModels } from '../../support/models.ts'
import { type System, startSystem, until } from '../../support/system.ts'
import { NO_CACHE, scrape } from './scrape.ts'

async function recordsOf({ core, project }: System): Promise<RunRecord[]> {
  const ids = await core.runs.ids(project.split('/').at(-1) ?? '', {}, null, 1000)
  return (await core.runs.getMany(ids)).filter((record) => record !== null)
}

test('totals equal the sum over the runs, to the token and the millionth, with failures and two models', async (t) => {
  // The first fails always and is dear.
  const SPLITRUN_MODELS_FILE = await writeModels(t, {
    first: { faults: { serverError: 1 }, price: { input: 3, output: 15 } },
    second: { faults: { schemaViolation: 0.3, cut: 0.2 }, price: { input: 0.25, output: 1.5 } },
  })
  const system = await startSystem(t, {
    workers: 2,
    env: { ...NO_CACHE, SPLITRUN_MODELS_FILE, SPLITRUN_MODEL_ATTEMPTS: '2' },
  })
  const plain = await system.createTask({ llm_model_id: 'second' })
  const falling = await system.createTask({ llm_model_id: 'first', fallback_llm_model_id: 'second' })
  await Promise.all(
    Array.from({ length: 40 }, (_, n) => {
      const input = { task_input: { text: 'tea '.repeat(n) } }
      return system.call('POST', `/task/${n % 3 ? plain : falling}/run${n % 2 ? '?wait=0' : ''}`, input)
    }),
  )
  let records: RunRecord[] = []
  await until(async () => {
    records = await recordsOf(system)
    return records.every(({ status }) => isFinal(status))
  })
  const samples = await scrape(system)

  const results = records.flatMap(({ result }) => (result ? [result] : []))
  const attempts = records.flatMap((record) => record.attempts)
  const total = <T>(all: readonly T[], of: (each: T) => number) =>
    all.reduce((sum, each) => sum + of(each), 0)
  assert.ok(
    results.some(({ status }) => status === 'failed') && results.some(({ usedFallback }) => usedFallback),
  )
  for (const outcome of ['succeeded', 'failed'] as const) {
    const ended = results.filter(({ status }) => status === outcome)
    assert.equal(sumOf(samples, 'splitrun_runs_total', { outcome }), ended.length)
  }
  for (const type of ['input', 'output'] as const) {
    const of = type === 'input' ? 'inputTokens' : 'outputTokens'
    const all = total(results, (result) => result[of])
    assert.equal(sumOf(samples, 'splitrun_tokens_total', { type }), all)
    assert.equal(sumOf(samples, 'gen_ai_client_token_usage_sum', { gen_ai_token_type: type }), all)
    for (const model of ['first', 'second']) {
      const asked = attempts.filter((attempt) => attempt.model === model)
      assert.equal(
        sumOf(samples, 'splitrun_tokens_total', { type, model }),
        total(asked, (each) => each[of]),
      )
    }
  }
  const millionths = Math.round(sumOf(samples, 'splitrun_credits_total') * 1e6)
  assert.equal(
    millionths,
    total(results, ({ credits }) => credits),
  )
  assert.equal(sumOf(samples, 'splitrun_attempts_total'), attempts.length)
  assert.equal(
    sumOf(samples, 'gen_ai_client_operation_duration_seconds_count', { error_type: '' }),
    attempts.filter(({ outcome }) => outcome === 'succeeded' || outcome === 'invalid').length,
  )
  for (const check of ['valid', 'repaired', 'invalid']) {
    const checked = results.filter(({ outputCheck }) => outputCheck === check)
    assert.equal(sumOf(samples, 'splitrun_output_checks_total', { check }), checked.length)
  }
  for (const mode of ['wait', 'async']) {
    const asked = records.filter(({ request }) => request.mode === mode)
    assert.equal(sumOf(samples, 'splitrun_run_duration_seconds_count', { mode }), asked.length)
    const seconds = total(asked, ({ result }) => result?.timings.total ?? 0) / 1000
    assert.ok(Math.abs(sumOf(samples, 'splitrun_run_duration_seconds_sum', { mode }) - seconds) < 1e-6)
  }
  for (const phase of ['queued', 'waiting_on_limit', 'model', 'validate'] as const) {
    assert.equal(sumOf(samples, 'splitrun_run_phase_seconds_count', { phase }), 40)
    const seconds = total(results, ({ timings }) => timings[phase]) / 1000
    assert.ok(Math.abs(sumOf(samples, 'splitrun_run_phase_seconds_sum', { phase }) - seconds) < 1e-4)
  }
})
