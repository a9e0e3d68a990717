import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { writeModels } from '../../support/models.ts'
import { ADMIN_TOKEN, until, useSystem } from '../../support/system.ts'

const PRICE = { input: 1_000_000, output: 1_000_000 }

describe('reused results and what is decided of revisions', () => {
  const running = useSystem(async (t) => ({
    workers: 2,
    env: {
      SPLITRUN_SHARDS: '3',
      SPLITRUN_MODEL_ATTEMPTS: '1',
      SPLITRUN_MODELS_FILE: await writeModels(t, {
        good: { price: PRICE },
        flaky: { price: PRICE, faults: { serverError: 0.4 } },
      }),
    },
  }))
  const call: ReturnType<typeof running>['call'] = (...args) => running().call(...args)
  const run = (task: string, query = '', text = 'tea') =>
    call('POST', `/task/${task}/run${query}`, { task_input: { text } })

  async function splitTask(weights: [number, number], fields: object = {}) {
    const task = await running().createTask({ cache: 600, llm_model_id: 'good', ...fields })
    const { body } = await call('POST', `/task/${task}`, { system_prompt: 'B.' })
    const [b, a] = body.revisions.map(({ id }: { id: string }) => id)
    const active = [a, b].map((task_revision_id, at) => ({ task_revision_id, weight: weights[at] }))
    assert.equal((await call('POST', `/task/${task}`, { active_revisions: active })).status, 200)
    return { task, a, b }
  }

  test('the revision is drawn first: each run has a result of its own revision, and the weights stay', async () => {
    const { task, a, b } = await splitTask([9, 1])
    const runs = (await Promise.all(Array.from({ length: 300 }, () => run(task)))).map(({ body }) => body)
    const sources = new Map(runs.map((each) => [each.id, each.task_revision_id]))
    for (const { cached_from, task_revision_id } of runs) {
      if (cached_from) assert.equal(sources.get(cached_from), task_revision_id)
    }
    assert.equal(runs.filter(({ cached_from }) => cached_from === null).length, 2)
    const ofB = runs.filter(({ task_revision_id }) => task_revision_id === b).length
    // Twelve standard deviations around 30 of 300.
    assert.ok(ofB > 0 && ofB < 93, `${ofB} of 300`)

    // One of them counts: the first, whose revision was drawn before anything was known.
    const { body: found } = await call('GET', `/task/${task}/comparison?baseline=${a}`)
    assert.equal(found.excluded.repeated, 299)
    assert.ok(found.revisions[0].runs <= 1)
    assert.equal(found.sample_ratio.alarm, false)
  })

  test('of what comes again only the first run counts, as it was drawn, also where the others failed or were executed', async () => {
    const { task, a, b } = await splitTask([9, 1], { llm_model_id: 'flaky', output_retries: 0 })
    const first = new Map<string, string>()
    for (let at = 0; at < 30; at += 1) {
      const text = `input ${at}`
      for (let again = 0; again < 4; again += 1) {
        const { body } = await run(task, '', text)
        const ended = body.detail?.run ?? body
        if (!first.has(text)) first.set(text, ended.task_revision_id)
      }
    }
    const ofB = [...first.values()].filter((id) => id === b).length
    const { body: found } = await call('GET', `/task/${task}/comparison?baseline=${a}`)
    assert.equal(found.revisions[0].runs, ofB)
    assert.equal(found.excluded.repeated, 30 * 3)
    assert.equal(found.sample_ratio.alarm, false)
  })

  test('a key keeps its revision, and the result is of that', async () => {
    const { task } = await splitTask([1, 1])
    const seen = new Map<string, string>()
    for (let again = 0; again < 2; again += 1) {
      for (let key = 0; key < 20; key += 1) {
        const { body } = await run(task, `?split_key=user${key}`)
        assert.equal(seen.get(`user${key}`) ?? body.task_revision_id, body.task_revision_id)
        seen.set(`user${key}`, body.task_revision_id)
      }
    }
    assert.equal(new Set(seen.values()).size, 2)
    const { body: found } = await call('GET', `/task/${task}/comparison`)
    assert.deepEqual([found.excluded.repeated, found.sample_ratio.alarm, found.unit], [39, false, 'key'])
  })

  test('feedback on a reused result is shown and reported, and counts in no comparison', async () => {
    const scores = { helpful: { type: 'boolean', good: true } }
    const { task, a } = await splitTask([1, 1], { scores })
    const runs = []
    for (let n = 0; n < 12; n += 1) runs.push((await run(task)).body)
    for (const { id } of runs) {
      const given = await call('POST', `/task/${task}/run/${id}/feedback`, { scores: { helpful: true } })
      assert.equal(given.status, 200)
      assert.deepEqual((await call('GET', `/task/${task}/run/${id}`)).body.scores, { helpful: true })
    }
    const { body: report } = await call('GET', `/task/${task}/feedback_report`)
    assert.equal(report.scores.helpful.count, 12)
    const first = runs[0].task_revision_id
    const { body: found } = await call('GET', `/task/${task}/comparison?baseline=${a}`)
    assert.equal(found.revisions[0].metrics['score:helpful'].n, first === a ? 0 : 1)
    assert.equal(found.sample_ratio.feedback_alarm, false)
  })

  test('a shadow executes what its caller’s run executed, takes no result, and has no pair with a reused one', async () => {
    const task = await running().createTask({ cache: 600, llm_model_id: 'good' })
    const { body } = await call('POST', `/task/${task}`, { system_prompt: 'B.' })
    const [b, a] = body.revisions.map(({ id }: { id: string }) => id)
    const shadow = { revision: b, share: 1, max_credits_per_day: null }
    assert.equal((await call('POST', `/task/${task}/shadow`, shadow)).status, 200)
    const first = (await run(task)).body
    assert.equal(first.task_revision_id, a)
    for (let n = 0; n < 5; n += 1) assert.equal((await run(task)).body.cached_from, first.id)
    await run(task, '', 'coffee')
    const pairs = async () => (await call('GET', `/task/${task}/shadow`)).body.pairs
    await until(async () => (await pairs()) === 2)
    const { body: shadows } = await call('GET', `/task/${task}/run?shadow=true`)
    assert.equal(shadows.results.length, 2)
    for (const { cached_from, total_tokens } of shadows.results) {
      assert.equal(cached_from, null)
      assert.ok(total_tokens > 0)
    }
  })

  test('a reused result is spent of no budget and counts no tokens, and is a request and a run all the same', async () => {
    const home = await running().inNewProject()
    const task = await home.createTask({ cache: 600, llm_model_id: 'good' })
    const admin = { token: ADMIN_TOKEN }
    const all = { applies_to: 'project', target_id: null }
    const policies = [{ ...all, name: 'all', requests_per_minute: 100, tokens_per_minute: 1_000_000 }]
    assert.equal((await home.call('POST', `${home.project}/limit`, { policies }, admin)).status, 200)
    const budgets = [{ ...all, name: 'day', credits: 1_000_000, per: 'day', mode: 'hard' }]
    assert.equal((await home.call('POST', `${home.project}/budget`, { budgets }, admin)).status, 200)
    const budget = async () => (await home.call('GET', '/budget')).body.usage[0]
    const once = () => home.call('POST', `/task/${task}/run`, { task_input: { text: 'tea' } })
    await until(async () => (await once()).headers.has('ratelimit-policy'))
    const first = await once()
    assert.notEqual(first.body.cached_from, null)
    await until(async () => Number((await budget()).held) === 0)
    const { spent } = await budget()
    const tokensLeft = async () => {
      const [store, project] = [home.core.policies, home.project.slice(-36)]
      return store.states(project, await store.read(project))
    }
    const before = await tokensLeft()
    for (let n = 0; n < 3; n += 1) assert.equal((await once()).body.cached_from, first.body.cached_from)
    assert.equal((await budget()).spent, spent)
    const after = await tokensLeft()
    const left = (states: typeof before, unit: string) => states.find((each) => each.unit === unit)?.left ?? 0
    assert.ok(left(after, 'requests_per_minute') < left(before, 'requests_per_minute'))
    assert.ok(left(after, 'tokens_per_minute') >= left(before, 'tokens_per_minute'))
  })
})
