import assert from 'node:assert/strict'
import { test } from 'node:test'
import OpenAI from 'openai'
import { silentLogger } from '../../src/platform/logger.ts'
import { policyKeys } from '../../src/policies/policy-keys.ts'
import { correctBudgets } from '../../src/runs/budgets/correct-budgets.ts'
import { modelNameOf } from '../support/openai-client.ts'
import { HARD, startPriced } from '../support/priced-system.ts'
import { until } from '../support/system.ts'

test('a hard budget is never exceeded, however many ask at once; then it is refused with what is spent and until when', async (t) => {
  const { set, get, run, known } = await startPriced(t, 3)
  assert.equal((await set([HARD])).status, 200)
  await known()
  const answers = await Promise.all(Array.from({ length: 60 }, () => run('?wait=60')))
  const cost = answers
    .filter(({ status }) => status === 200)
    .reduce((sum, { body }) => sum + body.total_tokens * 1000, 0)
  assert.ok(cost > 0 && cost <= 1_000_000, `${cost} millionths`)
  const refused = answers.filter(({ status }) => status !== 200)
  assert.ok(refused.length > 0)
  for (const { status, body } of refused)
    assert.deepEqual([status, body.detail.reason], [429, 'BUDGET_EXCEEDED'])
  // A round of the janitor counts a run twice until the next one, where it ends just then.
  await until(async () => {
    const { held, spent } = (await get()).usage[0]
    return held === '0.000000' && spent === (cost / 1e6).toFixed(6)
  })
})

test('what calls may have cost whose answers are lost can be spent no more, beside what is spent; a larger budget has room again', async (t) => {
  const { system, set, get, run, known, id } = await startPriced(t, 2, { faults: { cut: 0.5 }, seed: 3 })
  await set([HARD])
  await known()
  const answers = [await run('?wait=60')]
  while (answers.at(-1)?.status !== 429) answers.push(await run('?wait=60'))
  await until(async () => (await get()).usage[0].held === '0.000000')
  const usage = async () => (await get()).usage[0]
  const { spent, lost } = await usage()
  const report = (await system.call('GET', '/credit_report')).body
  assert.equal(Number(spent), Number(report.total_credits))
  const possible = Number(report.total_possible_credits)
  assert.ok(possible > 0 && Number(lost) >= possible, `${lost} lost, ${possible} possible`)
  assert.ok(Number(spent) + Number(lost) <= 1)
  await correctBudgets({ ...system.core, log: silentLogger() }, Date.now(), new AbortController().signal)
  assert.deepEqual([(await usage()).spent, (await usage()).lost], [spent, lost])
  assert.match(
    await (await fetch(`${system.url}/metrics`)).text(),
    /splitrun_budget_lost_credits\{[^}]*budget="hard"[^}]*\} 0\.\d+/,
  )
  await set([{ ...HARD, credits: 100 }])
  await until(
    async () => (await system.core.budgets.about(id, { task: 'any', payer: null }))[0]?.credits === 100,
  )
  await until(async () => (await run('?wait=60')).status !== 429)
})

test('a spent budget refuses at the door, and tells OpenAI’s clients not to come again', async (t) => {
  const { system, set, run, known, id } = await startPriced(t)
  await set([
    { ...HARD, credits: 0.000001 },
    { ...HARD, name: 'large', credits: 1000, per: 'month' },
  ])
  await known()
  await system.core.budgets.spend({ id: 'none', project: id, task: 'none', payer: null }, 5)
  const refused = await run()
  const { reason, violated_policies, retryable, retry_after } = refused.body.detail
  assert.deepEqual(
    [refused.status, reason, violated_policies, retryable],
    [429, 'BUDGET_EXCEEDED', ['hard'], false],
  )
  assert.ok(retry_after >= 1 && retry_after <= 86_400)
  assert.equal(refused.headers.get('retry-after'), String(retry_after))
  assert.equal(refused.headers.get('x-should-retry'), 'false')
})

test('a soft budget refuses nothing, and shows which thresholds are passed', async (t) => {
  const { system, set, get, run, known } = await startPriced(t)
  await set([{ name: 'soft', credits: 0.000002, per: 'month', mode: 'soft', thresholds: [0.5, 10] }])
  await known()
  assert.equal((await run()).status, 200)
  assert.equal((await run()).status, 200)
  await until(async () => (await get()).usage[0].reached.length === 2)
  const [usage] = (await get()).usage
  assert.equal(usage.held, '0.000000')
  assert.ok(Number(usage.projected) >= Number(usage.spent))
  const text = await (await fetch(`${system.url}/metrics`)).text()
  assert.match(text, /splitrun_budget_spent_credits\{[^}]*budget="soft",per="month",mode="soft"\} 0\.\d+/)
})

test('what is spent is what the totals say, whatever was lost; a budget that is new knows what was spent before it', async (t) => {
  const { system, set, get, run, known, id, task } = await startPriced(t)
  const before = [await run(), await run()]
  await set([HARD, { ...HARD, name: 'task', applies_to: 'task', target_id: task, credits: 5, mode: 'soft' }])
  await known()
  const after = [await run(), await run()]
  const cost = [...before, ...after].reduce((sum, { body }) => sum + body.total_tokens * 1000, 0)
  const keys = policyKeys(id)
  await until(async () => (await get()).usage[0].held === '0.000000')
  const correct = () =>
    correctBudgets({ ...system.core, log: silentLogger() }, Date.now(), new AbortController().signal)
  await correct()
  for (const { spent } of (await get()).usage) assert.equal(spent, (cost / 1e6).toFixed(6))
  for (const field of await system.core.redis.hkeys(keys.budgetSums)) {
    if (!field.endsWith('held')) await system.core.redis.hset(keys.budgetSums, field, 7)
  }
  await correct()
  for (const { spent } of (await get()).usage) assert.equal(spent, (cost / 1e6).toFixed(6))
})

test('a budget of a key is of the runs of that key alone, and exact like the others', async (t) => {
  const { system, set, get, run, task, id } = await startPriced(t)
  const other = await system.createToken(['run:write', 'run:read'])
  const asOther = () =>
    system.call('POST', `/task/${task}/run`, { task_input: { text: 'x' } }, { token: other })
  const before = await asOther()
  const key = before.body.user_id
  const own = { ...HARD, name: 'own', applies_to: 'key', target_id: key }
  await set([own])
  await until(async () => (await system.core.budgets.about(id, { task, payer: key })).length > 0)
  const counted = [await asOther(), await asOther()]
  assert.equal((await run()).status, 200)
  const cost = counted.reduce((sum, { body }) => sum + body.total_tokens * 1000, 0)
  await until(async () => (await get()).usage[0].held === '0.000000')
  const spent = async () => (await get()).usage[0].spent
  assert.equal(await spent(), (cost / 1e6).toFixed(6))
  const sums = policyKeys(id).budgetSums
  for (const field of await system.core.redis.hkeys(sums)) await system.core.redis.hset(sums, field, 7)
  await correctBudgets({ ...system.core, log: silentLogger() }, Date.now(), new AbortController().signal)
  assert.equal(await spent(), (cost / 1e6).toFixed(6))

  await set([{ ...own, credits: 0.000001 }])
  await until(async () => (await asOther()).status === 429)
  assert.equal((await run()).status, 200)
  const report = (await system.call('GET', '/credit_report')).body
  assert.ok(!JSON.stringify(report).includes(key), 'reports are by task and revision')
})

test('a run that a budget has no room for says until when, as at the door', async (t) => {
  const { set, run, known } = await startPriced(t)
  await set([{ ...HARD, credits: 0.001 }])
  await known()
  const refused = await run()
  const { reason, retryable, retry_after, violated_policies } = refused.body.detail
  assert.deepEqual(
    [refused.status, reason, retryable, violated_policies],
    [429, 'BUDGET_EXCEEDED', false, ['hard']],
  )
  assert.ok(retry_after >= 1 && retry_after <= 86_400)
  assert.equal(refused.headers.get('retry-after'), String(retry_after))
  assert.equal(refused.headers.get('x-should-retry'), 'false')
})

test('OpenAI’s client, as it is, asks once and no more when a budget is spent or has no room', async (t) => {
  const { system, set, known, task, id } = await startPriced(t)
  let asked = 0
  const client = new OpenAI({
    ...{ baseURL: `${system.checkedUrl}/v1`, apiKey: system.token, maxRetries: 5 },
    fetch: (...call) => {
      asked += 1
      return fetch(...call)
    },
  })
  const model = await modelNameOf(system, task)
  const messages = [{ role: 'user', content: 'tea' }] as const
  async function askAll(): Promise<void> {
    for (const stream of [false, true]) {
      asked = 0
      const call = async () => {
        const answer = await client.chat.completions.create({ model, messages: [...messages], stream })
        if (Symbol.asyncIterator in answer) for await (const _ of answer);
      }
      await assert.rejects(call, (error: InstanceType<typeof OpenAI.APIError>) => {
        assert.equal(error.code, 'budget_exceeded')
        return true
      })
      asked = asked === 1 ? 0 : assert.fail(`it asked ${asked} times`)
    }
    await assert.rejects(client.responses.create({ model, input: 'tea' }), OpenAI.RateLimitError)
    assert.equal(asked, 1)
  }
  await set([{ ...HARD, credits: 0.001 }])
  await known()
  await askAll()
  await system.core.budgets.spend({ id: 'none', project: id, task, payer: null }, 2000)
  await askAll()
})

test('what is spent in a period that is longer than totals are kept is never believed to be less', async (t) => {
  const { system, set, get, run, known, id } = await startPriced(t)
  await set([HARD])
  await known()
  const cost = (await run()).body.total_tokens * 1000
  await until(async () => (await get()).usage[0].held === '0.000000')
  const sums = policyKeys(id).budgetSums
  const [field = ''] = (await system.core.redis.hkeys(sums)).filter((name) => !name.endsWith('held'))
  const kept = { ...system.core, config: { reportDays: 0 }, log: silentLogger() }
  for (const [believed, then] of [
    [cost + 7, cost + 7],
    [7, cost],
  ]) {
    await system.core.redis.hset(sums, field, believed ?? 0)
    await correctBudgets(kept, Date.now(), new AbortController().signal)
    assert.equal(await system.core.redis.hget(sums, field), String(then))
  }
})

test('budgets are set by the administrator alone, and refused with the place of what is wrong', async (t) => {
  const { system, set, get } = await startPriced(t, 0)
  assert.equal((await set([HARD], system.token)).status, 403)
  for (const wrong of [
    [HARD, HARD],
    [{ ...HARD, credits: 0 }],
    [{ ...HARD, per: 'week' }],
    [{ ...HARD, applies_to: 'task' }],
    [{ ...HARD, thresholds: [0] }],
    [{ ...HARD, applies_to: 'key', target_id: system.token }],
    Array.from({ length: 51 }, (_, at) => ({ ...HARD, name: `b${at}` })),
  ]) {
    assert.equal((await set(wrong)).status, 422, JSON.stringify(wrong[0]))
  }
  assert.deepEqual(await get(), { budgets: [], usage: [] })
})
