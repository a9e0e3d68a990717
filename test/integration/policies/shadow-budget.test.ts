import assert from 'node:assert/strict'
import { test } from 'node:test'
import { newId } from '../../../src/platform/ids.ts'
import { silentLogger } from '../../../src/platform/logger.ts'
import { connectRedis } from '../../../src/platform/redis/redis.ts'
import { policyKeys } from '../../../src/policies/policy-keys.ts'
import { shadowBudget } from '../../../src/policies/shadow-budget.ts'
import { testRedisUrl } from '../../support/redis.ts'
import { untilNoDayEnds } from '../../support/until.ts'

test('of what shadow runs of a task cost, the present day is kept', async (t) => {
  await untilNoDayEnds()
  const connections = connectRedis(testRedisUrl(), silentLogger())
  t.after(() => connections.close())
  const redis = await connections.commands('test')
  const [project, task] = [newId(), newId()]
  const { budgetSums } = policyKeys(project, `shadow:${task}:`)
  await redis.hset(budgetSums, { 'shadow|2020-01-31': 5, 'shadow|2020-01-31|lost': 5, busy: 'shadow 1' })
  const budget = shadowBudget(redis, { project, task }, 1)
  const run = (id: string) => ({ id, project, task, payer: null, deadline: Date.now() + 600_000 })
  const [first, second] = [newId(), newId()]
  assert.deepEqual(await budget.hold(run(first), 500), { held: 'held' })
  assert.deepEqual(await budget.hold(run(second), 70), { held: 'held' })
  await budget.spend(first, 300)
  const today = new Date().toISOString().slice(0, 10)
  assert.deepEqual(await redis.hgetall(budgetSums), {
    ...{ busy: 'shadow 1', 'shadow|held': '70' },
    ...{ [`shadow|${today}`]: '300', [`shadow|${today}|lost`]: '200' },
  })
  await budget.spend(second, 70)
  assert.equal(await budget.spent(), 370)
})
