import assert from 'node:assert/strict'
import { test } from 'node:test'
import { newId } from '../../../src/platform/ids.ts'
import type { BudgetPolicy } from '../../../src/policies/budget.ts'
import { policyKeys } from '../../../src/policies/policy-keys.ts'
import { type Cleanup, startSystem, until } from '../../support/system.ts'

const DAY: Pick<BudgetPolicy, 'per' | 'mode' | 'thresholds'> = { per: 'day', mode: 'hard', thresholds: [] }
const PATIENCE_MS = 600_000

/** A project with a hard budget for each of two tasks, and one for all of them. */
async function budgetsOf(t: Cleanup, options: Parameters<typeof startSystem>[1] = {}) {
  const { core, redis } = await startSystem(t, options)
  const { budgets } = core
  const [project, one, other] = [newId(), newId(), newId()]
  const policies: BudgetPolicy[] = [
    { name: 'one', applies_to: 'task', target_id: one, credits: 1, ...DAY },
    { name: 'other', applies_to: 'task', target_id: other, credits: 1, ...DAY },
    { name: 'all', applies_to: 'project', target_id: null, credits: 10, ...DAY },
  ]
  await budgets.replace(project, policies)
  const sums = async () =>
    Object.fromEntries(
      (await budgets.statesOf(project, policies)).map(({ policy, spent, held, lost }) => [
        policy.name,
        { spent, held, lost },
      ]),
    )
  const runOf = (task: string, lastsMs = PATIENCE_MS) => ({
    ...{ id: newId(), project, task, payer: null },
    deadline: Date.now() + lastsMs,
  })
  return { budgets, redis, redisOf: core.redis, project, one, other, sums, runOf, policies }
}
const NOTHING = { spent: 0, held: 0, lost: 0 }

test('what a run held that nobody ended in time is lost of all its budgets, whichever run comes upon it', async (t) => {
  const { budgets, redisOf, project, one, other, sums, runOf } = await budgetsOf(t)
  const vanished = runOf(one)
  assert.deepEqual(await budgets.hold(vanished, 700_000), { held: 'held' })
  // Its time is over: the next hold ends its own.
  await redisOf.zadd(policyKeys(project).budgetHolds, '1', vanished.id)
  assert.deepEqual(await budgets.hold(runOf(other), 1), { held: 'held' })
  assert.deepEqual((await sums())['one'], { spent: 0, held: 0, lost: 700_000 })
  assert.equal((await sums())['all']?.lost, 700_000)
  assert.equal((await sums())['other']?.lost, 0)
  const refused = await budgets.hold(runOf(one), 300_001)
  assert.equal(refused.held, 'exceeded')
})

test('a run whose call cost nothing holds nothing, and waits for others as one that made none', async (t) => {
  const { budgets, project, one, sums, runOf } = await budgetsOf(t)
  const run = runOf(one)
  await budgets.hold(run, 500_000)
  assert.equal(await budgets.isHolding(project, run.id), true)
  await budgets.adjust(project, run.id, -500_000)
  assert.equal(await budgets.isHolding(project, run.id), false)
  assert.deepEqual(await budgets.holding(project, 10), [])
  // With a call that is lost before, it goes on to hold that.
  await budgets.hold(run, 200_000)
  await budgets.hold(run, 500_000)
  await budgets.adjust(project, run.id, -500_000)
  assert.equal(await budgets.isHolding(project, run.id), true)
  await budgets.spend(run, 0)
  assert.deepEqual((await sums())['one'], { ...NOTHING, lost: 200_000 })
})

test('what a call cost is set right once Redis is back, and before its run ends: of an answer that came nothing is lost', async (t) => {
  const { budgets, redis, project, one, sums, runOf } = await budgetsOf(t, { durable: true })
  const run = runOf(one)
  await budgets.hold(run, 500_000)
  await redis.kill()
  await until(() =>
    budgets.read(project).then(
      () => false,
      () => true,
    ),
  )
  const adjusted = budgets.adjust(project, run.id, 1000 - 500_000)
  const again = budgets.adjust(project, run.id, -1)
  const spent = budgets.spend(run, 999)
  await redis.start()
  await Promise.all([adjusted, again, spent])
  assert.deepEqual((await sums())['one'], { spent: 999, held: 0, lost: 0 })
})

test('of budgets that nobody holds a part of, or that have another name now, nothing is kept of what was held', async (t) => {
  const { budgets, redisOf, project, one, runOf, policies } = await budgetsOf(t)
  const [policy] = policies
  assert.ok(policy)
  const heldFields = async () =>
    (await redisOf.hkeys(policyKeys(project).budgetSums)).filter((field) => field.endsWith('|held'))
  const early = runOf(one)
  for (const name of ['first', 'second', 'third']) {
    await budgets.replace(project, [{ ...policy, name }])
    if (name === 'first') await budgets.hold(early, 7)
    const run = runOf(one)
    await budgets.hold(run, 100)
    await budgets.adjust(project, run.id, -10)
    await budgets.spend(run, 50)
  }
  assert.deepEqual(await heldFields(), ['first|held'])
  await budgets.spend(early, 7)
  assert.deepEqual(await heldFields(), [])
})

test('a budget that comes or goes between two calls of a run holds what its runs hold, and no more when they have ended', async (t) => {
  const { budgets, project, one, sums, runOf, policies } = await budgetsOf(t)
  const replace = async (names: string[]) => {
    const kept = policies.filter(({ name }) => names.includes(name))
    await budgets.replace(project, kept)
  }
  await replace(['one'])
  const [first, second] = [runOf(one), runOf(one)]
  await budgets.hold(first, 100)
  await replace(['one', 'all'])
  await budgets.hold(second, 50)
  assert.equal((await sums())['all']?.held, 50)
  await budgets.hold(first, 10)
  assert.deepEqual([(await sums())['one']?.held, (await sums())['all']?.held], [160, 160])
  await replace(['one'])
  await budgets.hold(first, 1)
  assert.deepEqual([(await sums())['one']?.held, (await sums())['all']?.held], [161, 50])
  await replace(['one', 'all'])
  await budgets.spend(first, 111)
  assert.deepEqual([(await sums())['one']?.held, (await sums())['all']?.held], [50, 50])
  await budgets.spend(second, 50)
  for (const name of ['one', 'all']) assert.deepEqual((await sums())[name], { spent: 161, held: 0, lost: 0 })
})
