import assert from 'node:assert/strict'
import { test } from 'node:test'
import { newRunId } from '../../src/platform/ids.ts'
import { budgetPolicy } from '../../src/policies/budget.ts'
import { limitPolicy } from '../../src/policies/policy.ts'
import { policyKeys } from '../../src/policies/policy-keys.ts'
import { endLeftOver } from '../../src/runs/end/end-left-over.ts'
import { startSystem, until } from '../support/system.ts'

const HOUR_MS = 3_600_000

test('what lost workers left of ended runs in budgets and limits is ended; runs that go on, or are about to begin, keep theirs', async (t) => {
  const env = { SPLITRUN_JANITOR_INTERVAL: '3600s' }
  const system = await startSystem(t, { env, model: { latencyMs: 60_000 } })
  const { core } = system
  const project = system.project.split('/')[4] ?? ''
  const task = await system.createTask()
  const submit = async () =>
    (await system.call('POST', `/task/${task}/run?wait=0`, { task_input: { text: 'tea' } })).body.id as string
  const [ended, running] = [await submit(), await submit()]
  await system.call('POST', `/task/${task}/run/${ended}/cancel`)
  await until(async () => (await core.runs.get(ended))?.status === 'cancelled')
  const coming = newRunId(0)

  const [budget, policy] = [
    budgetPolicy.parse({ name: 'b', credits: 1, per: 'day', mode: 'hard' }),
    limitPolicy.parse({ name: 'l', concurrent_runs: 10 }),
  ]
  await core.budgets.replace(project, [budget])
  await core.policies.replace(project, [policy])
  const deadline = Date.now() + HOUR_MS
  await until(async () => (await core.budgets.about(project, { task, payer: null })).length > 0)
  for (const id of [ended, running]) {
    await core.budgets.hold({ id, project, task, payer: null, deadline }, 1000)
  }
  for (const id of [ended, running, coming]) {
    await core.policies.admit(project, [policy], { id, lastsMs: HOUR_MS })
  }
  await endLeftOver(core, Date.now(), new AbortController().signal)
  assert.deepEqual(await core.budgets.holding(project, 10), [running])
  const [state] = await core.budgets.statesOf(project, [budget])
  assert.deepEqual([state?.spent, state?.held], [0, 1000])
  const placed = await core.redis.zrange(policyKeys(project).limitedRuns('l'), '0', '-1')
  assert.deepEqual(placed.sort(), [running, coming].sort())
  await endLeftOver(core, Date.now() + HOUR_MS, new AbortController().signal)
  const later = await core.redis.zrange(policyKeys(project).limitedRuns('l'), '0', '-1')
  assert.deepEqual(later, [running], 'a run that never came to be is forgotten in time')
})
