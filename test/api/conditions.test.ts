import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { ADMIN_TOKEN, useSystem } from '../support/system.ts'

describe('a condition on a change', () => {
  const running = useSystem()
  const call = (
    method: string,
    path: string,
    body: unknown,
    headers: Record<string, string>,
    token?: string,
  ) => running().call(method, path, body, { headers, ...(token && { token }) })

  /** A task with two revisions; the older one has the traffic. */
  async function aTask() {
    const task = await running().createTask()
    const path = `/task/${task}`
    const { revisions } = (await call('POST', path, { user_prompt: 'Another {text}.' }, {})).body
    const [to, from] = revisions.map(({ id }: { id: string }) => id)
    const read = async () => running().call('GET', path)
    return { path, from, to, read, etag: async () => (await read()).headers.get('etag') ?? '' }
  }

  test('is looked at by all that changes rollouts and shadows: another state of the task is 412, and stays', async () => {
    const { path, from, to, read, etag } = await aTask()
    const old = await etag()
    await call('POST', path, { description: 'changed' }, {})
    const rollout = { from, to, shares: [0.1, 1] }
    const shadow = { revision: to, share: 0.5, max_credits_per_day: null }
    const changes: [method: string, path: string, body?: object][] = [
      ['POST', `${path}/rollout`, rollout],
      ['POST', `${path}/rollout/pause`],
      ['POST', `${path}/rollout/resume`],
      ['POST', `${path}/shadow`, shadow],
      ['DELETE', `${path}/shadow`],
      ['POST', `${path}/rollout/complete`],
    ]
    for (const [method, changed, body] of changes) {
      const before = (await read()).body
      for (const stale of [old, '"other"', `W/${await etag()}`, 'garbage', '']) {
        const { status, body: refused } = await call(method, changed, body, { 'if-match': stale })
        assert.deepEqual(
          [status, refused.detail?.reason],
          [412, 'STALE_TASK'],
          `${method} ${changed} ${stale}`,
        )
      }
      assert.deepEqual((await read()).body, before)
      const made = await call(method, changed, body, { 'if-match': await etag() })
      assert.equal(made.status, 200, `${method} ${changed} ${JSON.stringify(made.body)}`)
    }
    assert.equal(
      (await call('POST', `${path}/rollout`, { ...rollout, from: to, to: from }, { 'if-match': '*' })).status,
      200,
    )
    assert.equal((await call('POST', `${path}/rollout/rollback`, undefined, { 'if-match': old })).status, 412)
    assert.equal(
      (await call('POST', `${path}/rollout/rollback`, undefined, { 'if-match': await etag() })).status,
      200,
    )
  })

  test('that a call does not look at is 412, whatever it says, and nothing is changed', async () => {
    const { path, read } = await aTask()
    const tag = (await call('POST', '/task/tag', { name: 'stable' }, {})).body.id
    const run = (await call('POST', `${path}/run`, { task_input: { text: 'x' } }, {})).body.id
    const before = (await read()).body
    const unguarded: [method: string, path: string, body?: object, token?: string][] = [
      ['POST', '/task', { name: 'unguarded' }],
      ['POST', `${path}/access_token/rotate`],
      ['POST', `${path}/run`, { task_input: { text: 'x' } }],
      ['POST', `${path}/run/${run}/cancel`],
      ['POST', `/task/tag/${tag}`, { name: 'other' }],
      ['DELETE', `/task/tag/${tag}`],
      ['POST', '/api_key', { name: 'x' }, ADMIN_TOKEN],
    ]
    const conditions = [
      { 'if-match': '"x"' },
      { 'if-match': '' },
      { 'if-none-match': '*' },
      { 'if-none-match': '"x"' },
      { 'if-unmodified-since': 'Sat, 29 Oct 1994 19:43:31 GMT' },
    ]
    for (const [method, changed, body, token] of unguarded) {
      for (const condition of conditions) {
        const { status, body: refused } = await call(method, changed, body, condition, token)
        const what = `${method} ${changed} ${JSON.stringify(condition)}`
        assert.deepEqual([status, refused.detail?.reason], [412, 'CONDITION_UNSUPPORTED'], what)
      }
    }
    for (const condition of conditions.slice(2)) {
      assert.equal((await call('POST', path, { description: 'x' }, condition)).status, 412)
    }
    assert.deepEqual((await read()).body, before)
    assert.equal((await call('DELETE', `/task/tag/${tag}`, undefined, { 'if-match': '*' })).status, 200)
  })

  test('of a reader is not in the way, and what is not there or not allowed is said first', async () => {
    const { path } = await aTask()
    assert.equal((await call('GET', path, undefined, { 'if-match': '"x"' })).status, 200)
    const missing = '/task/019a5f0e-6001-7b33-8c2e-3d1f2a4b5c6d/shadow'
    const absent = await call('DELETE', missing, undefined, { 'if-match': '"x"' })
    assert.equal(absent.body.detail.reason, 'TASK_NOT_FOUND')
    const other = await running().createProject()
    const foreign = await running().call(
      'POST',
      `${running().project}${path}/access_token/rotate`,
      undefined,
      {
        ...{ token: other.token, headers: { 'if-match': '"x"' } },
      },
    )
    assert.equal(foreign.body.detail.reason, 'PROJECT_NOT_FOUND')
  })
})
