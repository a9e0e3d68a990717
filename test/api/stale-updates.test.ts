import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { newId } from '../../src/platform/ids.ts'
import { ADMIN_TOKEN, type Answer, useSystem } from '../support/system.ts'

describe('If-Match', () => {
  const running = useSystem()
  const call = (method: string, path: string, body?: object, match?: string) =>
    running().call(method, path, body, match === undefined ? {} : { headers: { 'if-match': match } })
  const etagOf = async (task: string) => (await call('GET', `/task/${task}`)).headers.get('etag') ?? ''

  test('a task has a strong ETag, the same wherever it is answered, and another after every change', async () => {
    const { name, ...fields } = (await call('GET', `/task/${await running().createTask()}`)).body
    const [revision] = fields.revisions
    const created = await call('POST', '/task', {
      ...{ name: `${name} 2`, enabled: true, system_prompt: 's', user_prompt: 'u' },
      ...{ llm_model_id: revision.llm_model_id, output_format: revision.output_format },
    })
    const task = created.body.id
    const seen = new Set([created.headers.get('etag')])
    assert.match([...seen][0] ?? '', /^"[^"]+"$/)
    assert.equal(await etagOf(task), [...seen][0])
    for (const change of [{ description: 'x' }, { user_prompt: 'v' }, { activate: true }, { timeout: 1 }]) {
      const changed = await call('POST', `/task/${task}`, change)
      assert.equal(changed.headers.get('etag'), await etagOf(task))
      assert.ok(!seen.has(changed.headers.get('etag')), JSON.stringify(change))
      seen.add(changed.headers.get('etag'))
    }
    const unchanged = await call('POST', `/task/${task}`, { timeout: 1 })
    assert.equal(unchanged.headers.get('etag'), [...seen].at(-1))
  })

  test('a task that is still as its reader knows it is not sent again', async () => {
    const task = await running().createTask()
    const known = await etagOf(task)
    // Without a word on caching, fetch asks for a new one.
    const headers = { 'if-none-match': known, 'cache-control': 'max-age=0' }
    assert.equal((await running().call('GET', `/task/${task}`, undefined, { headers })).status, 304)
    await call('POST', `/task/${task}`, { description: 'new' })
    const changed = await running().call('GET', `/task/${task}`, undefined, { headers })
    assert.deepEqual([changed.status, changed.body.description], [200, 'new'])
  })

  test('an update or delete of another state is 412, and nothing changes; * and the right one do', async () => {
    const task = await running().createTask()
    const old = await etagOf(task)
    const { headers } = await call('POST', `/task/${task}`, { description: 'new' }, old)
    const now = headers.get('etag') ?? ''
    const before = (await call('GET', `/task/${task}`)).body
    for (const stale of [old, '"other"', `W/${now}`, 'garbage', '', `${old}, "other"`]) {
      for (const method of ['POST', 'DELETE']) {
        const body = method === 'POST' ? { description: 'lost', system_prompt: 'lost' } : undefined
        const refused = await call(method, `/task/${task}`, body, stale)
        assert.deepEqual(
          [refused.status, refused.body.detail.reason],
          [412, 'STALE_TASK'],
          `${method} ${stale}`,
        )
      }
    }
    assert.deepEqual((await call('GET', `/task/${task}`)).body, before)
    assert.equal((await call('POST', `/task/${task}`, { description: '1' }, '*')).status, 200)
    const latest = await etagOf(task)
    const listed = await call('POST', `/task/${task}`, { description: '2' }, `"other", ${latest}`)
    assert.equal(listed.status, 200)
    assert.equal((await call('DELETE', `/task/${task}`, undefined, latest)).status, 412)
    assert.equal((await call('DELETE', `/task/${task}`, undefined, await etagOf(task))).status, 200)
  })

  test('of many updates of one state, one is made', async () => {
    const task = await running().createTask()
    const etag = await etagOf(task)
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, at) => call('POST', `/task/${task}`, { description: `${at}` }, etag)),
    )
    assert.equal(answers.filter(({ status }) => status === 200).length, 1)
    assert.equal(answers.filter(({ status }) => status === 412).length, 19)
  })

  test('a task that is not there is 404, whatever the condition', async () => {
    for (const method of ['POST', 'DELETE']) {
      const { status, body } = await call(method, `/task/${newId()}`, method === 'POST' ? {} : undefined, '*')
      assert.deepEqual([status, body.detail.reason], [404, 'TASK_NOT_FOUND'])
    }
  })
})

describe('If-Match of all policies of a project', () => {
  const running = useSystem()
  const KINDS = {
    budget: (name: string) => ({ budgets: [{ name, credits: 5, per: 'day', mode: 'hard' }] }),
    limit: (name: string) => ({ policies: [{ name, concurrent_runs: 5 }] }),
  }
  for (const [path, bodyOf] of Object.entries(KINDS)) {
    const call = async (method: string, body?: object, match?: string) => {
      const [project, headers] = [running().project, match === undefined ? {} : { 'if-match': match }]
      return running().call(method, `${project}/${path}`, body, { token: ADMIN_TOKEN, headers })
    }
    test(`P/${path}: those that were read are replaced, others are 412 and stay`, async () => {
      const tagOf = ({ headers }: Answer) => headers.get('etag') ?? ''
      const none = tagOf(await call('GET'))
      const first = await call('POST', bodyOf('first'), none)
      assert.equal(first.status, 200)
      for (const stale of [none, '"other"', `W/${tagOf(first)}`, 'garbage', '']) {
        const { status, body } = await call('POST', bodyOf('second'), stale)
        assert.deepEqual([status, body.detail?.reason], [412, 'STALE_POLICIES'], stale)
      }
      assert.equal(tagOf(await call('GET')), tagOf(first))
      for (const right of [tagOf(first), `"other", ${tagOf(first)}`, '*', undefined]) {
        assert.equal((await call('POST', bodyOf('first'), right)).status, 200, right)
      }
      assert.equal((await call('POST', bodyOf('second'), tagOf(first))).status, 200)
      assert.equal((await call('POST', bodyOf('third'), tagOf(first))).status, 412)
    })

    test(`P/${path}: of many who read the same, one replaces it`, async () => {
      const tag = (await call('GET')).headers.get('etag') ?? ''
      const names = Array.from({ length: 8 }, (_, n) => `at-once-${n}`)
      const answers = await Promise.all(names.map((name) => call('POST', bodyOf(name), tag)))
      assert.deepEqual(answers.map(({ status }) => status).sort(), [200, ...Array(7).fill(412)])
      const won = answers.find(({ status }) => status === 200)
      assert.equal((await call('GET')).headers.get('etag'), won?.headers.get('etag'))
    })
  }
})
