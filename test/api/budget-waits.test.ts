import assert from 'node:assert/strict'
import { test } from 'node:test'
import { newRunId } from '../../src/platform/ids.ts'
import { writeModels } from '../support/models.ts'
import { ADMIN_TOKEN, startSystem, until } from '../support/system.ts'

test('runs that wait for a hard budget say so, hold nobody else back, and are served in their order', async (t) => {
  const file = await writeModels(t, {
    dear: { price: { input: 1000, output: 1000 }, latencyMs: 150 },
    other: {},
  })
  const system = await startSystem(t, {
    env: { SPLITRUN_MODELS_FILE: file, SPLITRUN_LANE_WINDOW: '4' },
    workers: 2,
  })
  const [dear, cheap] = [
    await system.createTask({ llm_model_id: 'dear', llm_config: { max_tokens: 100 } }),
    await system.createTask({ llm_model_id: 'other' }),
  ]
  // Enough for all of them, one after the other.
  const probe = await system.call('POST', `/task/${dear}/run`, { task_input: { text: 'x' } })
  const budgets = [
    { name: 'narrow', applies_to: 'task', target_id: dear, credits: 2, per: 'day', mode: 'hard' },
  ]
  await system.call('POST', `${system.project}/budget`, { budgets }, { token: ADMIN_TOKEN })
  const project = system.project.split('/')[4] ?? ''
  const spender = { task: dear, payer: null }
  await until(async () => (await system.core.budgets.about(project, spender)).length > 0)
  // What another run holds leaves room for none.
  const [budget] = await system.core.budgets.about(project, spender)
  const most = (budget?.credits ?? 0) * 1e6
  // One that may be about to be made: of any other the janitor gives back what it holds, in its next round.
  const holder = { id: newRunId(0), project, ...spender, deadline: Date.now() + 600_000 }
  await system.core.budgets.hold(holder, most - 100_000)

  const submit = async (task: string, query = '?wait=0') =>
    (await system.call('POST', `/task/${task}/run${query}`, { task_input: { text: 'tea' } })).body
  const waiting: { id: string }[] = []
  for (let each = 0; each < 10; each += 1) waiting.push(await submit(dear))
  const shown = async ({ id }: { id: string }) => (await system.call('GET', `/task/${dear}/run/${id}`)).body
  for (const run of waiting.slice(8)) {
    await until(async () => {
      const { waiting_on, done } = await shown(run)
      assert.ok(!done, 'it waits')
      return waiting_on?.type === 'budget' && waiting_on.name === 'narrow' && waiting_on.limit === 'credits'
    })
  }
  assert.equal(
    (await submit(cheap, '?wait=30')).status,
    'succeeded',
    'another model of the project does not wait',
  )
  await system.core.budgets.adjust(project, holder.id, 100_000 - most)
  const ends: string[] = []
  await until(async () => {
    for (const [at, run] of waiting.entries()) {
      if (!ends.includes(String(at)) && (await shown(run)).done) ends.push(String(at))
    }
    return ends.length === waiting.length
  })
  for (const run of waiting) assert.equal((await shown(run)).status, 'succeeded')
  assert.equal(probe.status, 200)
})
