import assert from 'node:assert/strict'
import { test } from 'node:test'
import { silentLogger } from '../../src/platform/logger.ts'
import { policyKeys } from '../../src/policies/policy-keys.ts'
import { correctBudgets } from '../../src/runs/budgets/correct-budgets.ts'
import { ADMIN_TOKEN, startSystem } from '../support/system.ts'

test('what was spent in past periods is kept no longer', async (t) => {
  const system = await startSystem(t, { workers: 0, env: { SPLITRUN_JANITOR_INTERVAL: '3600s' } })
  const budgets = [{ name: 'hard', credits: 1, per: 'day', mode: 'hard' }]
  const path = `${system.project}/budget`
  assert.equal((await system.call('POST', path, { budgets }, { token: ADMIN_TOKEN })).status, 200)
  const sums = policyKeys(system.project.split('/')[4] ?? '').budgetSums
  const past = ['some|20200131', 'some|20200131|lost', 'some|202001']
  const kept = ['20200131|held', 'now|20990101', 'now|209901']
  for (const field of [...past, ...kept]) await system.core.redis.hset(sums, field, 1)
  await correctBudgets({ ...system.core, log: silentLogger() }, Date.now(), new AbortController().signal)
  const after = await system.core.redis.hkeys(sums)
  assert.deepEqual(
    [...past, ...kept].filter((field) => after.includes(field)),
    kept,
  )
})
