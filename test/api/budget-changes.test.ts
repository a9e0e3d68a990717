import assert from 'node:assert/strict'
import { test } from 'node:test'
import { composeWorker } from '../../src/compose/compose-worker.ts'
import { newId } from '../../src/platform/ids.ts'
import { policyKeys } from '../../src/policies/policy-keys.ts'
import { completion, playModels } from '../support/played-models.ts'
import { HARD, startPriced } from '../support/priced-system.ts'
import { ADMIN_TOKEN, type Cleanup, startSystem, until } from '../support/system.ts'

process.env['SPLITRUN_TEST_MODEL_KEY'] = 'sk-a-key-of-this-test'

const SMALL = { name: 'hard', credits: 0.001, per: 'day', mode: 'hard' }

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
  await set([SMALL])
  await work()
  for (const end of waiting) {
    const run = await end()
    assert.deepEqual([run.status, run.error?.reason], ['failed', 'BUDGET_EXCEEDED'])
  }
  assert.equal(played.callsOf('call').length, 0)
  // With room for one after the other: whatever each holds is given back.
  await set([{ ...SMALL, credits: 10 }])
  for (const end of [await begin(), await begin()]) assert.equal((await end()).status, 'succeeded')
  await until(async () => {
    const { spent, held, lost } = (await system.call('GET', '/budget')).body.usage[0]
    return spent === '0.096000' && held === '0.000000' && lost === '0.000000'
  })
})

test('what runs hold of a budget that came after them is given back when they end', async (t) => {
  const { system, work, set, begin } = await startIdle(t, {})
  const waiting = [await begin(), await begin()]
  await set([{ ...SMALL, credits: 10 }])
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
  await set([SMALL])
  const waiting = await begin()
  await set([])
  await work()
  const run = await waiting()
  assert.equal(run.status, 'succeeded', JSON.stringify(run.error))
})

test('a budget knows from the moment that it is set what was spent before it, and refuses what is beyond it', async (t) => {
  const { system, set, get, run, id, task } = await startPriced(t)
  const before = [await run(), await run()]
  const cost = before.reduce((sum, { body }) => sum + body.total_tokens * 1000, 0) / 1e6
  const small = { ...HARD, credits: cost / 2 }
  const ofTask = { ...small, name: 'task', applies_to: 'task', target_id: task }
  const ofOther = { ...ofTask, name: 'other', target_id: newId() }
  // Another day's or task's sum is not that of this one, though it has the name.
  const rounds: { name: string; per: string; target_id?: string }[][] = [
    [small, ofOther],
    [{ ...small, per: 'month' }],
    [{ ...ofTask, name: 'other' }, ofTask],
  ]
  for (const budgets of rounds) {
    const { usage } = (await set(budgets)).body
    const expected = budgets.map(({ target_id }) => (target_id === ofOther.target_id ? 0 : cost).toFixed(6))
    assert.deepEqual(
      usage.map(({ spent }: { spent: string }) => spent),
      expected,
    )
  }
  assert.ok((await system.core.redis.pttl(policyKeys(id).budgetSums)) > 0)
  // What is refused changes nothing that counts, whatever would have had the name.
  const stale = { token: ADMIN_TOKEN, headers: { 'if-match': '"other"' } }
  const others = {
    budgets: [
      { ...ofOther, name: 'task' },
      { ...ofTask, name: 'new' },
    ],
  }
  assert.equal((await system.call('POST', '/budget', others, stale)).status, 412)
  const fields = await system.core.redis.hkeys(policyKeys(id).budgetSums)
  assert.ok(!fields.some((field) => field.startsWith('new|')), fields.join())
  for (const { spent } of (await get()).usage) assert.equal(spent, cost.toFixed(6))
  await until(async () => (await system.core.budgets.about(id, { task, payer: null })).length === 2)
  assert.equal((await run()).body.detail?.reason, 'BUDGET_EXCEEDED')
})
