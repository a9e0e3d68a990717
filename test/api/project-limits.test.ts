import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { newId } from '../../src/platform/ids.ts'
import { policyKeys } from '../../src/policies/policy-keys.ts'
import { ADMIN_TOKEN, until, useSystem } from '../support/system.ts'

describe('the limits of a project', () => {
  const system = useSystem({ model: { latencyMs: 20 }, env: { SPLITRUN_LIMITS_MAX: '4' } })

  /** A project of its own, with a task; `set` replaces its limits. */
  async function aProject() {
    const { project, token } = await system().createProject()
    const [, , , , id = ''] = project.split('/')
    const made = await system().call(
      'POST',
      `${project}/task`,
      {
        ...{ name: 'limited', enabled: true, system_prompt: 'You answer.', user_prompt: 'About {text}.' },
        ...{ llm_model_id: 'simulated-large', output_format: { answer: 'string' } },
      },
      { token },
    )
    const task: string = made.body.id
    return {
      ...{ id, task, project, token },
      set: (policies: object[], as = ADMIN_TOKEN) =>
        system().call('POST', `${project}/limit`, { policies }, { token: as }),
      get: () => system().call('GET', `${project}/limit`, undefined, { token }),
      run: (query = '', as = token) =>
        system().call(
          'POST',
          `${project}/task/${task}/run${query}`,
          { task_input: { text: 'x' } },
          { token: as },
        ),
    }
  }

  test('are set by the administrator alone, read by who reads runs, and refused with the place of what is wrong', async () => {
    const { set, get, token } = await aProject()
    const policy = { name: 'fair-use', requests_per_minute: 100 }
    const whole = { ...policy, applies_to: 'project', target_id: null }
    assert.deepEqual((await set([policy])).body.policies, [whole])
    assert.equal((await set([], token)).status, 403)
    const { policies, usage } = (await get()).body
    assert.deepEqual(policies, [whole])
    assert.deepEqual(usage, [
      { policy: 'fair-use', unit: 'requests_per_minute', most: 100, left: 100, reset: 0 },
    ])
    for (const wrong of [
      [{ name: 'nothing' }],
      [policy, policy],
      [{ ...policy, name: 'with space' }],
      [{ ...policy, applies_to: 'task' }],
      [{ ...policy, target_id: newId() }],
      [{ ...policy, requests_per_minute: 0 }],
      [{ ...policy, unknown: 1 }],
      Array.from({ length: 5 }, (_, at) => ({ ...policy, name: `p${at}` })),
    ]) {
      assert.equal((await set(wrong)).status, 422, JSON.stringify(wrong))
    }
    assert.deepEqual((await get()).body.policies, [whole])
    assert.deepEqual((await set([])).body, { policies: [], usage: [] })
  })

  test('count runs, and refuse those beyond with 429, its policy, when to come again, and headers that say so', async () => {
    const { set, run } = await aProject()
    await set([
      { name: 'small', requests_per_minute: 3 },
      { name: 'large', requests_per_minute: 1000 },
    ])
    const first = await run()
    assert.equal(
      first.headers.get('ratelimit-policy'),
      '"small.requests";q=3;w=60, "large.requests";q=1000;w=60',
    )
    assert.match(
      first.headers.get('ratelimit') ?? '',
      /^"small\.requests";r=2;t=\d+, "large\.requests";r=999;t=\d+$/,
    )
    assert.deepEqual([(await run()).status, (await run()).status], [200, 200])
    const refused = await run()
    assert.equal(refused.status, 429)
    const { reason, violated_policies, retryable, retry_after } = refused.body.detail
    assert.deepEqual([reason, violated_policies, retryable], ['RATE_LIMITED', ['small'], true])
    assert.ok(retry_after >= 1 && retry_after <= 20)
    assert.equal(refused.headers.get('retry-after'), String(retry_after))
    assert.match(
      refused.headers.get('ratelimit') ?? '',
      /"small\.requests";r=0;t=\d+, "large\.requests";r=(99\d|1000);t=\d+/,
    )
  })

  test('that are gone leave nothing behind, and those that stay keep what was used', async () => {
    const { id, set, run } = await aProject()
    const stays = { name: 'stays', requests_per_minute: 1000 }
    await set([stays, { name: 'goes', requests_per_minute: 1000 }])
    assert.equal((await run()).status, 200)
    await set([stays])
    const levels = await system().core.redis.hgetall(policyKeys(id).limitLevels)
    assert.deepEqual(Object.keys(levels).sort(), ['stays|at', 'stays|requests'])
    assert.equal(Number(levels['stays|requests']), 999)
  })

  test('begin anew where they were gone for a while, though another of the same policy stayed', async () => {
    const { id, set, get, run } = await aProject()
    const both = { name: 'both', requests_per_minute: 1000, tokens_per_minute: 10 }
    await set([both])
    assert.equal((await run()).status, 200)
    await until(async () => (await get()).body.usage[1].left < 0)
    await set([{ name: 'both', requests_per_minute: 1000 }])
    const levels = await system().core.redis.hgetall(policyKeys(id).limitLevels)
    assert.deepEqual(Object.keys(levels).sort(), ['both|at', 'both|requests'])
    // Another process, which does not know of it yet, may write it once more.
    await system().core.redis.hset(policyKeys(id).limitLevels, 'both|tokens', -1000)
    assert.equal((await run()).status, 200)
    assert.equal((await set([both])).body.usage[1].left, 10)
  })

  test('count tokens when runs end, whatever they were, so that what was used too much is paid off', async () => {
    const { set, get, run } = await aProject()
    await set([{ name: 'tokens', tokens_per_minute: 10 }])
    const { body } = await run()
    assert.ok(body.total_tokens > 10)
    await until(async () => (await get()).body.usage[0].left < 0)
    const refused = await run()
    assert.deepEqual([refused.status, refused.body.detail.violated_policies], [429, ['tokens']])
  })

  test('hold back runs in flight, and give places back however a run ends; none is left', async () => {
    const { id, project, task, token, set, run, get } = await aProject()
    await set([{ name: 'two', concurrent_runs: 2 }])
    const answers = await Promise.all(Array.from({ length: 12 }, () => run()))
    const statuses = answers.map(({ status }) => status)
    assert.ok(statuses.every((status) => status === 200 || status === 429))
    assert.ok(statuses.filter((status) => status === 200).length >= 2)
    const { policies } = system().core
    const two = await policies.read(id)
    const admissions = []
    await until(async () => (await get()).body.usage[0].left === 2)
    const ids = [newId(), newId(), newId()]
    for (const each of ids) admissions.push(await policies.admit(id, two, { id: each, lastsMs: 60_000 }))
    assert.deepEqual(
      admissions.map(({ admitted }) => admitted),
      [true, true, false],
    )
    assert.deepEqual(admissions[2]?.violated, ['two'])
    for (const each of ids) await policies.end(id, each, 5, ['two'])
    await until(async () => (await get()).body.usage[0].left === 2)
    const started = await run('?wait=0')
    await system().call('POST', `${project}/task/${task}/run/${started.body.id}/cancel`, undefined, { token })
    await until(async () => (await get()).body.usage[0].left === 2)
    assert.equal(await system().core.redis.zcard(policyKeys(id).limitedRuns('two')), 0)
  })

  test('count a run in flight for as long as it may last, also beside one that may not last so long', async () => {
    const { id } = await aProject()
    const { policies, redis } = system().core
    const two = [{ name: 'two', applies_to: 'project', target_id: null, concurrent_runs: 2 }] as const
    await policies.admit(id, two, { id: newId(), lastsMs: 3_600_000 })
    await policies.admit(id, two, { id: newId(), lastsMs: 1000 })
    assert.ok((await redis.pttl(policyKeys(id).limitedRuns('two'))) > 3_500_000)
  })

  test('fill up again though the clock is set back, and are paid off however long it takes', async () => {
    const { id } = await aProject()
    const { policies, redis } = system().core
    const { limitLevels } = policyKeys(id)
    const limit = { name: 'few', applies_to: 'project', target_id: null } as const
    const many = [{ ...limit, requests_per_minute: 6000, tokens_per_minute: 10 }]
    const admit = async () => (await policies.admit(id, many, { id: newId(), lastsMs: 1000 })).admitted
    assert.ok(await admit())
    await redis.hset(limitLevels, 'few|at', Date.now() + 3_600_000, 'few|requests', 0)
    await until(admit)
    await policies.end(id, newId(), 10_000, ['few'])
    const [, tokens] = await policies.states(id, many)
    assert.ok((await redis.pttl(limitLevels)) > (tokens?.resetMs ?? 0))
  })

  test('are of one task or one key where they say so', async () => {
    const { set, run, task } = await aProject()
    const other = await aProject()
    await set([{ name: 'elsewhere', applies_to: 'task', target_id: newId(), requests_per_minute: 1 }])
    assert.deepEqual([(await run()).status, (await run()).status], [200, 200])
    await set([{ name: 'here', applies_to: 'task', target_id: task, requests_per_minute: 1 }])
    await until(async () => (await run()).status === 429)
    assert.equal((await other.run()).status, 200)
    const { user_id } = (await other.run()).body
    await other.set([{ name: 'key', applies_to: 'key', target_id: user_id, requests_per_minute: 1 }])
    await until(async () => (await other.run()).status === 429)
  })

  test('never count a run that was refused or was there before, and cost a project without any nothing', async () => {
    const { id, project, task, token, set, get } = await aProject()
    assert.deepEqual(await system().core.redis.keys(`{${id}}:limit*`), [])
    await set([{ name: 'many', requests_per_minute: 100, concurrent_runs: 50 }])
    const send = (text: unknown) =>
      system().call(
        'POST',
        `${project}/task/${task}/run`,
        { task_input: text === null ? {} : { text } },
        { token, headers: { 'idempotency-key': 'once' } },
      )
    await until(async () => {
      await send('x')
      return (await get()).body.policies.length > 0
    })
    const before = (await get()).body.usage
    for (let each = 0; each < 3; each += 1) assert.equal((await send('x')).status, 200)
    assert.equal((await send(null)).status, 422)
    const after = (await get()).body.usage
    assert.ok(after[0].left >= before[0].left)
    assert.equal(after[1].left, 50)
  })
})
