import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { newId } from '../../src/platform/ids.ts'
import { ADMIN_TOKEN, type Answer, until, useSystem } from '../support/system.ts'

const times = <T>(count: number, make: (at: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: count }, (_, at) => make(at)))
const statusesOf = (answers: readonly Answer[]) => [...new Set(answers.map(({ status }) => status))]

describe('changes at the same moment as calls', () => {
  const running = useSystem()
  const admin = (method: string, path: string, body?: object) =>
    running().call(method, path, body, { token: ADMIN_TOKEN })

  test('revoking a key disturbs no call of another key', async () => {
    const system = running()
    for (let round = 0; round < 5; round += 1) {
      const { id } = (await admin('POST', `${system.project}/api_key`, { name: 'revoked' })).body
      // Fresh ones, so that each is being looked up while the other is revoked.
      const tokens = await times(20, () => system.createToken(['task:read']))
      const [revoked, ...others] = await Promise.all([
        admin('POST', `${system.project}/api_key/${id}/revoke`),
        ...tokens.map((token) => system.call('GET', '/task', undefined, { token })),
      ])
      assert.equal(revoked.status, 200)
      assert.deepEqual(statusesOf(others), [200])
    }
  })

  test('changing a task disturbs no run of it', async () => {
    const system = running()
    for (let round = 0; round < 5; round += 1) {
      const task = await system.createTask()
      const [runs, changes] = await Promise.all([
        times(20, () => system.call('POST', `/task/${task}/run?wait=0`, { task_input: { text: 'tea' } })),
        times(5, (at) => system.call('POST', `/task/${task}`, { description: `${at}` })),
      ])
      assert.deepEqual([statusesOf(runs), statusesOf(changes)], [[202], [200]])
    }
  })

  test('of many changes of one task at once all are kept', async () => {
    const system = running()
    const task = await system.createTask()
    const answers = await times(40, (at) =>
      system.call('POST', `/task/${task}`, { user_prompt: `${at} {text}` }),
    )
    assert.deepEqual(statusesOf(answers), [200])
    const { revisions } = (await system.call('GET', `/task/${task}`)).body
    const stored = revisions.map(({ user_prompt }: { user_prompt: string }) => user_prompt)
    const sent = answers.map((_, at) => `${at} {text}`)
    assert.deepEqual(stored.slice(0, -1).sort(), sent.sort())
    const ids = revisions.map(({ id }: { id: string }) => id)
    assert.deepEqual(ids, [...ids].sort().reverse())
  })

  test('a key is revoked by its id in either case, and soon in other processes as well', async () => {
    const system = running()
    const { id, token } = (await admin('POST', `${system.project}/api_key`, { name: 'short' })).body
    const status = async () => (await system.call('GET', '/task', undefined, { token })).status
    assert.equal(await status(), 200)
    // As another process would do it: this one's cache is not told.
    const keys = `{p:${system.project.split('/').at(-1)}}:keys`
    const stored = JSON.parse((await system.core.redis.hget(keys, id)) ?? '')
    await system.core.redis.hset(keys, id, JSON.stringify({ ...stored, revoked: true }))
    await until(async () => (await status()) === 401)
    const again = await admin('POST', `${system.project}/api_key/${id.toUpperCase()}/revoke`)
    assert.deepEqual([again.status, again.body.revoked], [200, true])
  })

  test('a key works until it expires, and not after', async () => {
    const system = running()
    const expires = new Date(Date.now() + 2000).toISOString()
    const { token } = (await admin('POST', `${system.project}/api_key`, { name: 'brief', expires })).body
    const ask = () => system.call('GET', '/task', undefined, { token })
    let last = await ask()
    await until(async () => {
      const asked = Date.now()
      last = await ask()
      if (last.status === 200) assert.ok(asked <= Date.parse(expires), 'accepted after it had expired')
      return last.status === 401
    })
    assert.ok(Date.now() >= Date.parse(expires))
    assert.equal(last.body.detail.reason, 'UNAUTHENTICATED')
  })

  test('a task whose model has left the configuration can still be changed, but not its revision', async () => {
    const { core, call, createTask } = running()
    const id = await createTask()
    const project = running().project.split('/').at(-1) ?? ''
    const stored = await core.tasks.read(project, id)
    const [revision] = await core.tasks.revisions(project, id)
    assert.ok(stored && revision)
    const gone = { ...revision, id: newId(), llm_model_id: newId() }
    assert.equal(await core.tasks.save(stored.task, stored.version, gone, null), 'saved')
    assert.equal((await call('POST', `/task/${id}`, { enabled: false })).body.enabled, false)
    const refused = await call('POST', `/task/${id}`, { user_prompt: 'Another {text}' })
    assert.deepEqual([refused.status, refused.body.detail[0].loc], [422, ['body', 'llm_model_id']])
    const moved = await call('POST', `/task/${id}`, { llm_model_id: 'simulated-large' })
    assert.equal(moved.body.revisions.length, 3)
  })
})
