import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { completion, playModels } from '../support/played-models.ts'
import { startRecordedServer } from '../support/recorded-server.ts'
import { ADMIN_TOKEN, type Cleanup, startSystem, until } from '../support/system.ts'

process.env['SPLITRUN_TEST_MODEL_KEY'] = 'sk-a-key-of-this-test'

/** A system with one model, and a hard budget of one credit for its project. */
async function startBudgeted(t: Cleanup, model: object, fields: object) {
  const played = await playModels(t, { dear: model })
  return { played, ...(await startWithBudget(t, played.file, fields)) }
}

/** The same with the models of a file. */
async function startWithBudget(t: Cleanup, file: string, fields: object) {
  const system = await startSystem(t, { env: { SPLITRUN_MODELS_FILE: file } })
  const task = await system.createTask({
    ...{ llm_model_id: 'dear', output_modality: 'text', output_format: null, user_prompt: '[call] {text}' },
    ...fields,
  })
  const budgets = [{ name: 'hard', credits: 1, per: 'day', mode: 'hard' }]
  const set = await system.call('POST', '/budget', { budgets }, { token: ADMIN_TOKEN })
  assert.equal(set.status, 200)
  const project = system.project.split('/')[4] ?? ''
  await until(async () => (await system.core.budgets.about(project, { task, payer: null })).length > 0)
  const run = (more: object = {}) =>
    system.call('POST', `/task/${task}/run`, { task_input: { text: 'x' }, ...more })
  return { run }
}
const used = (prompt_tokens: number, completion_tokens: number) => ({
  usage: { prompt_tokens, completion_tokens, total_tokens: prompt_tokens + completion_tokens },
})

test('what goes into a request by `extra` counts under a hard budget like the prompt', async (t) => {
  const { played, run } = await startBudgeted(t, { price: { input: 1000, output: 0 } }, {})
  played.play('call', [completion({ content: 'x' }, 'stop', used(20_000, 1))])
  const tools = [{ type: 'function', function: { name: 'f', description: 'x'.repeat(60_000) } }]
  const refused = await run({ llm_config: { extra: { tools } } })
  assert.deepEqual([refused.status, refused.body.detail.reason], [429, 'BUDGET_EXCEEDED'])
  assert.equal(played.callsOf('call').length, 0)
  assert.equal((await run({ llm_config: { extra: { top_k: 4 } } })).status, 200)
})

test('a model that is sent no max_tokens is held for the most that it is said to write', async (t) => {
  const model = {
    ...{ price: { input: 0, output: 1000 }, max_output_tokens: 5000 },
    parameters: { drop: ['max_tokens'] },
  }
  const { played, run } = await startBudgeted(t, model, {})
  played.play('call', [completion({ content: 'x' }, 'stop', used(1, 5000))])
  const refused = await run()
  assert.deepEqual([refused.status, refused.body.detail.reason], [429, 'BUDGET_EXCEEDED'])
  assert.equal(played.callsOf('call').length, 0)
})

test('a model of which nobody says how much it writes is asked nothing under a hard budget', async (t) => {
  for (const parameters of [{ drop: ['max_tokens'] }, {}]) {
    const isMedia = Object.keys(parameters).length === 0
    const model = { price: { input: 0, output: 1 }, parameters, ...(isMedia && { api: 'images' }) }
    const { played, run } = await startBudgeted(t, model, isMedia ? { output_modality: 'image' } : {})
    const refused = await run()
    assert.deepEqual([refused.status, refused.body.detail.reason], [429, 'BUDGET_EXCEEDED'])
    assert.match(refused.body.detail.message, /max_output_tokens/)
    assert.equal(played.callsOf('call').length, 0)
  }
})

const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4z8AAAAMBAQDJ/pLvAAAAAElFTkSuQmCC'

test('a model of images, which knows no max_tokens, is sent none for a hard budget', async (t) => {
  const server = await startRecordedServer(t, ({ body }) =>
    'max_tokens' in body || 'max_completion_tokens' in body
      ? { status: 400, body: { error: { message: "Unknown parameter: 'max_tokens'." } } }
      : { status: 200, body: { data: [{ b64_json: PNG }], usage: { input_tokens: 9, output_tokens: 90 } } },
  )
  const folder = await mkdtemp(join(tmpdir(), 'splitrun-budget-bounds-'))
  t.after(() => rm(folder, { recursive: true }))
  const file = join(folder, 'models.json')
  const model = { name: 'dear', server: 's', api: 'images', price: { input: 1, output: 1 } }
  const models = [{ ...model, max_output_tokens: 10_000 }]
  await writeFile(file, JSON.stringify({ servers: { s: { base_url: server.url } }, models }))
  const { run } = await startWithBudget(t, file, { output_modality: 'image' })
  const made = await run()
  assert.deepEqual([made.status, made.body.response?.media_type], [200, 'image/png'])
})
