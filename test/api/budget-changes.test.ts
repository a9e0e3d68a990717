import assert from 'node:assert/strict'
import { test } from 'node:test'
import { composeWorker } from '../../src/compose/compose-worker.ts'
import { completion, playModels } from '../support/played-models.ts'
import { ADMIN_TOKEN, type Cleanup, startSystem, until } from '../support/system.ts'

process.env['SPLITRUN_TEST_MODEL_KEY'] = 'sk-a-key-of-this-test'

const HARD = { name: 'hard', credits: 0.001, per: 'day', mode: 'hard' }

/** A system whose runs wait in the queue until it is told to work. Its model costs something. */
async function startIdle(t: Cleanup, model: object) {
  const played = await playModels(t, { dear: { price: { input: 1000, output: 1000 }, ...model } })
  played.play('call', [completion({ content: 'x' })])
  const system = await startSystem(t, { env: { SPLITRUN_MODELS_FILE: played.file }, workers: 0 })
  const task = await system.createTask({
    ...{ llm_model_id: 'dear', output_modality: 'text', output_format: null, user_prompt: '[call] {text}' },
  })
  const project = system.project.split('/')[4] ?? ''
  return {
    ...{ system, played },
    work: () => composeWorker(system.core),
    async set(budgets: object[]) {
      await system.call('POST', '/budget', { budgets }, { token: ADMIN_TOKEN })
      const known = () => system.core.budgets.about(project, { task, payer: null })
      await until(async () => (await known()).length === budgets.length)
    },
    /** Starts a run, and returns what reads it once it has ended. */
    async begin() {
      const path = `/task/${task}/run`
      const { id } = (await system.call('POST', `${path}?wait=0`, { task_input: { text: 'x' } })).body
      return async () => (await system.call('GET', `${path}/${id}?wait=60`)).body
    },
  }
}

test('a hard budget that is set while runs wait in the queue holds for their calls', async (t) => {
  const { system, played, work, set, begin } = await startIdle(t, {})
  const waiting = [await begin(), await begin(), await begin()]
  await set([HARD])
  await work()
  for (const end of waiting) {
    const run = await end()
    assert.deepEqual([run.status, run.error?.reason], ['failed', 'BUDGET_EXCEEDED'])
  }
  assert.equal(played.callsOf('call').length, 0)
  // With room for one after the other: whatever each holds is given back.
  await set([{ ...HARD, credits: 10 }])
  for (const end of [await begin(), await begin()]) assert.equal((await end()).status, 'succeeded')
  await until(async () => {
    const { spent, held, lost } = (await system.call('GET', '/budget')).body.usage[0]
    return spent === '0.096000' && held === '0.000000' && lost === '0.000000'
  })
})

test('what runs hold of a budget that came after them is given back when they end', async (t) => {
  const { system, work, set, begin } = await startIdle(t, {})
  const waiting = [await begin(), await begin()]
  await set([{ ...HARD, credits: 10 }])
  await work()
  for (const end of waiting) assert.equal((await end()).status, 'succeeded')
  await until(async () => {
    const { spent, held, lost } = (await system.call('GET', '/budget')).body.usage[0]
    return spent === '0.096000' && held === '0.000000' && lost === '0.000000'
  })
})

test('a hard budget that is deleted while runs wait in the queue refuses none of them', async (t) => {
  // Nobody says how much it writes, and it takes no `max_tokens`: under a hard budget it is not asked.
  const { work, set, begin } = await startIdle(t, { parameters: { drop: ['max_tokens'] } })
  await set([HARD])
  const waiting = await begin()
  await set([])
  await work()
  const run = await waiting()
  assert.equal(run.status, 'succeeded', JSON.stringify(run.error))
})
